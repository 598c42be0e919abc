using System.Globalization;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>
/// The hashes of one file: a line is one MD5, SHA-1 or SHA-256 in hex, then, behind white space, a name; <c>#</c> begins a
/// comment. A line that is no hash is counted and left out. 5 million SHA-256 take 160 MB, with names of their own about 20 MB and
/// the names more. Immutable, safe for concurrent use.
/// </summary>
internal sealed class HashList
{
    /// <summary>How many of the malformed lines are named.</summary>
    public const int MaxNamed = 10;

    private readonly DigestTable<Md5Digest> _md5 = new();
    private readonly DigestTable<Sha1Digest> _sha1 = new();
    private readonly DigestTable<Sha256Digest> _sha256 = new();
    private readonly NameTable _names = new();
    private readonly List<string> _malformed = [];
    private readonly string _path;
    private ulong _checksum;
    private byte[]? _digest = new byte[Sha256Digest.Length];

    private HashList(string path) => _path = path;

    public int Count => _md5.Count + _sha1.Count + _sha256.Count;

    public bool HasMd5 => _md5.Count > 0;

    public bool HasSha1 => _sha1.Count > 0;

    /// <summary>Lines that are no hash.</summary>
    public long MalformedCount { get; private set; }

    /// <summary>The first of them, each with file and line.</summary>
    public IReadOnlyList<string> Malformed => _malformed;

    /// <summary>Changes with the content: how many hashes, and a checksum.</summary>
    public string Version => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} {(Count == 1 ? "hash" : "hashes")}{(MalformedCount > 0 ? $", {MalformedCount} malformed lines" : "")} ({_checksum:x16})");

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">There are lines, and none of them is a hash; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static HashList Load(string path)
    {
        var list = new HashList(path);
        using var reader = new LineReader(path);
        for (var number = 1L; reader.TryRead(out var line, out var whole); number++)
        {
            list.Append(number, line, whole);
        }

        list._md5.Seal();
        list._sha1.Seal();
        list._sha256.Seal();
        list._names.Seal();
        list._digest = null;
        list._checksum = reader.Checksum;
        return list.Count > 0 || list.MalformedCount == 0 ? list : throw new FormatException(list._malformed[0]);
    }

    /// <summary>The name of a hash of 16, 20 or 32 bytes, empty where it has none; null where it is not in the list.</summary>
    public string? Find(ReadOnlySpan<byte> hash) => hash.Length switch
    {
        16 => NameAt(_md5.Find(Md5Digest.Read(hash))),
        20 => NameAt(_sha1.Find(Sha1Digest.Read(hash))),
        32 => NameAt(_sha256.Find(Sha256Digest.Read(hash))),
        _ => throw new ArgumentException($"a hash of {hash.Length} bytes", nameof(hash)),
    };

    private string? NameAt(int? offset) => offset is not { } at ? null : at == 0 ? "" : _names.Get(at);

    private void Append(long number, ReadOnlySpan<byte> line, bool whole)
    {
        var comment = line.IndexOf((byte)'#');
        var text = (comment < 0 ? line : line[..comment]).Trim(" \t\r"u8);
        if (text.IsEmpty && whole)
        {
            return;
        }

        var end = text.IndexOfAny(" \t"u8);
        var hex = end < 0 ? text : text[..end];
        var name = end < 0 ? [] : text[end..].Trim(" \t"u8);
        if (hex.Length is not (32 or 40 or 64) || Convert.FromHexString(hex, _digest, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            MalformedCount++;
            if (_malformed.Count < MaxNamed)
            {
                _malformed.Add($"{_path}:{number}: \"{Printable.Text(hex, 80)}\" is no hash; allowed are 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits.");
            }

            return;
        }

        switch (hex.Length)
        {
            case 32:
                _md5.Add(Md5Digest.Read(_digest), _names.Add(name));
                break;
            case 40:
                _sha1.Add(Sha1Digest.Read(_digest), _names.Add(name));
                break;
            default:
                _sha256.Add(Sha256Digest.Read(_digest), _names.Add(name));
                break;
        }
    }
}
