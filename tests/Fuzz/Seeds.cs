using System.Globalization;
using System.Text;

namespace Fuzz;

/// <summary>The inputs that a campaign starts from, and that the unit tests run.</summary>
internal static class Seeds
{
    /// <summary>
    /// Every input below <c>Seeds/TARGET</c>. One a line: hex digits, or text behind a quotation mark with the escapes \n, \r, \t,
    /// \0, \\ and \xNN, which ends with the line; <c>#</c> starts a comment.
    /// </summary>
    public static List<byte[]> Read(string target) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Seeds", target), "*.seeds").Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines).Where(line => line.Length > 0 && line[0] != '#').Select(Parse),
    ];

    private static byte[] Parse(string line) => line[0] == '"' ? Text(line[1..]) : Convert.FromHexString(line);

    private static byte[] Text(string line)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] != '\\')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(line, at, 1));
                continue;
            }

            switch (line[++at])
            {
                case 'x':
                    bytes.Add(byte.Parse(line.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    at += 2;
                    break;
                case var letter:
                    bytes.Add((byte)(letter switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '0' => '\0', _ => letter }));
                    break;
            }
        }

        return [.. bytes];
    }
}
