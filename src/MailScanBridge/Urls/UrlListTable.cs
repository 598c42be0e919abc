using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MailScanBridge.Urls;

/// <summary>
/// A list of URLs in memory: 18 bytes an entry, sorted keys and the number of their name. Immutable, safe for concurrent use.
/// </summary>
internal sealed class UrlListTable
{
    private const int MaxNames = ushort.MaxValue;
    private readonly UInt128[] _keys;
    private readonly ushort[] _nameOf;
    private readonly string[] _names;

    private UrlListTable(UInt128[] keys, ushort[] nameOf, string[] names, long malformed, string? firstMalformed)
    {
        _keys = keys;
        _nameOf = nameOf;
        _names = names;
        Malformed = malformed;
        FirstMalformed = firstMalformed;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<UInt128>(keys));
        hash.AppendData(MemoryMarshal.AsBytes<ushort>(nameOf));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', names)));
        Fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset())[..8];
    }

    /// <summary>Entries.</summary>
    public int Count => _keys.Length;

    /// <summary>Eight hexadecimal digits that change with the entries and their names.</summary>
    public string Fingerprint { get; }

    /// <summary>Lines that hold neither a host nor a URL.</summary>
    public long Malformed { get; }

    /// <summary>The first of them, with its number.</summary>
    public string? FirstMalformed { get; }

    /// <summary>
    /// Reads a list: a host, a URL or a prefix a line, a name behind white space; <c>#</c> at the beginning of a line or of a word
    /// begins a comment. Lines of a hosts file (<c>0.0.0.0 evil.example</c>) are taken as such. A line that is none of this is
    /// counted and left out: a feed with one bad line is better than none.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static UrlListTable Load(string path, string defaultName, CancellationToken cancellationToken)
    {
        var keys = new List<UInt128>();
        var nameOf = new List<ushort>();
        var names = new Dictionary<string, ushort> { [defaultName] = 0 };
        long number = 0, malformed = 0;
        string? firstMalformed = null;
        foreach (var line in File.ReadLines(path, Encoding.Latin1))
        {
            if ((++number & 0xfff) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var words = Words(line);
            if (words.Count == 0)
            {
                continue;
            }

            if (words[0] is "0.0.0.0" or "127.0.0.1" or "::" or "::1" && words.Count > 1)
            {
                words.RemoveAt(0);
            }

            if (words[0].Contains('.', StringComparison.Ordinal) | words[0].Contains(':', StringComparison.Ordinal) && UrlKeys.OfEntry(Encoding.Latin1.GetBytes(words[0])) is { } key)
            {
                keys.Add(key);
                nameOf.Add(words.Count > 1 ? NameNumber(names, string.Join(' ', words[1..])) : (ushort)0);
            }
            else if (malformed++ == 0)
            {
                firstMalformed = $"line {number}, \"{Printable.Text(line, 80)}\"";
            }
        }

        var sorted = keys.ToArray();
        var sortedNames = nameOf.ToArray();
        Array.Sort(sorted, sortedNames);
        return new UrlListTable(sorted, sortedNames, [.. names.OrderBy(n => n.Value).Select(n => n.Key)], malformed, firstMalformed);
    }

    /// <summary>The name of the entry that has one of the keys; null where none has.</summary>
    public string? Find(IReadOnlyList<UInt128> keys)
    {
        foreach (var key in keys)
        {
            var at = Array.BinarySearch(_keys, key);
            if (at >= 0)
            {
                return _names[_nameOf[at]];
            }
        }

        return null;
    }

    private static List<string> Words(string line)
    {
        var words = new List<string>();
        foreach (var word in line.Split((char[]?)[' ', '\t', '\r', '\0'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word[0] == '#')
            {
                break;
            }

            words.Add(word);
        }

        return words;
    }

    private static ushort NameNumber(Dictionary<string, ushort> names, string name)
    {
        name = Printable.Text(name, 100);
        if (names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (names.Count >= MaxNames)
        {
            return 0; // The list has more names than are kept: the list's own name does.
        }

        var number = (ushort)names.Count;
        names[name] = number;
        return number;
    }
}
