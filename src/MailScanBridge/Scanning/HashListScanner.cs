using System.Collections.Frozen;
using System.Security.Cryptography;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>
/// Knows bad files by their hash: a text file with one MD5, SHA-1 or SHA-256 a line (hex), an optional name behind white
/// space, <c>#</c> for comments. A hit is malicious; a miss proves nothing. Immutable, safe for concurrent use.
/// </summary>
public sealed class HashListScanner : IScanner
{
    private readonly FrozenDictionary<string, string> _names;
    private readonly bool _hasMd5;
    private readonly bool _hasSha1;

    private HashListScanner(string name, Dictionary<string, string> names, string version)
    {
        Name = name;
        Version = version;
        _names = names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _hasMd5 = names.Keys.Any(k => k.Length == 32);
        _hasSha1 = names.Keys.Any(k => k.Length == 40);
    }

    public string Name { get; }

    public string? Version { get; }

    public bool LooksAtContent => false;

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">A line is no hash; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static HashListScanner Load(string name, string path)
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var text = line.Split('#', 2)[0].Trim();
            if (text.Length == 0)
            {
                continue;
            }

            var parts = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts[0].Length is not (32 or 40 or 64) || !parts[0].All(char.IsAsciiHexDigit))
            {
                throw new FormatException($"{path}:{number}: \"{Printable.Text(parts[0], 80)}\" is no hash; allowed are 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits.");
            }

            names[parts[0]] = parts.Length > 1 ? parts[1] : "known bad";
        }

        return new HashListScanner(name, names, $"{names.Count} hashes");
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        if (_names.TryGetValue(item.Sha256, out var known))
        {
            return Hit(known, "SHA-256");
        }

        try
        {
            if (_hasSha1 && _names.TryGetValue(await HashAsync(HashAlgorithmName.SHA1, item.Path, cancellationToken), out known))
            {
                return Hit(known, "SHA-1");
            }

            if (_hasMd5 && _names.TryGetValue(await HashAsync(HashAlgorithmName.MD5, item.Path, cancellationToken), out known))
            {
                return Hit(known, "MD5");
            }
        }
        catch (IOException e)
        {
            return ScannerResult.Failed(Reasons.ToolDown, e.Message);
        }

        return ScannerResult.NoOpinion();
    }

    private static ScannerResult Hit(string known, string by) =>
        ScannerResult.NoOpinion(new Finding(known, VerdictKind.Malicious, 100, $"in the list of bad files by {by}"));

    private static async Task<string> HashAsync(HashAlgorithmName algorithm, string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(algorithm, stream, cancellationToken));
    }
}
