using System.Globalization;
using System.Text.RegularExpressions;
using MailScanBridge.Scanning.Commands;

namespace MailScanBridge.Scanning.Yara;

/// <summary>A rule file and how it looks, with all that it includes: a change in either means that it is to be compiled anew.</summary>
internal sealed record RuleFile(string Path, string Looks);

/// <summary>Finds rule files and what they include. Used by one thread at a time.</summary>
internal sealed partial class RuleFiles(IReadOnlyList<string> rules)
{
    private const int MaxFiles = 10_000;
    private readonly Dictionary<(string Path, DateTime Changed, long Size), string[]> _includes = [];

    /// <summary>The rule files as they are now.</summary>
    public IReadOnlyList<RuleFile> Look() =>
    [
        .. rules.SelectMany(path => Directory.Exists(path)
                ? Directory.EnumerateFiles(path).Where(f => Path.GetExtension(f) is ".yar" or ".yara").Order(StringComparer.Ordinal)
                : File.Exists(path) ? [path] : Enumerable.Empty<string>())
            .Take(MaxFiles)
            .Select(path => new RuleFile(Path.GetFullPath(path), Looks(path))),
    ];

    private string Looks(string path)
    {
        var looks = new List<string>();
        var seen = new HashSet<string>();
        var pending = new Queue<string>([Path.GetFullPath(path)]);
        while (pending.TryDequeue(out var next) && seen.Count < MaxFiles)
        {
            if (!seen.Add(next))
            {
                continue;
            }

            var stamp = ToolFingerprint.Stamp(next); // through links: what they lead to changes, not they
            looks.Add(string.Create(CultureInfo.InvariantCulture, $"{stamp.Path} {stamp.Changed.Ticks} {stamp.Size}"));
            foreach (var included in Includes(stamp))
            {
                pending.Enqueue(included);
            }
        }

        return string.Join('\n', looks);
    }

    private string[] Includes((string Path, DateTime Changed, long Size) file)
    {
        if (!_includes.TryGetValue(file, out var included))
        {
            try
            {
                included = [.. Include().Matches(File.ReadAllText(file.Path)).Select(m => Path.GetFullPath(m.Groups[1].Value, Path.GetDirectoryName(file.Path)!))];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                included = []; // The compiler says why.
            }

            _includes[file] = included;
        }

        return included;
    }

    [GeneratedRegex("""^[ \t]*include[ \t]+"([^"\r\n]+)""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Include();
}
