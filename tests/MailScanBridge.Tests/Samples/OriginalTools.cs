using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>pdfid, olevba and mraptor themselves, where an environment variable says where they are, and their output in the tables' words.</summary>
internal static partial class OriginalTools
{
    private const int Encrypted = 9; // olevba
    private const int Suspicious = 20; // mraptor

    private static readonly string[] s_words =
    [
        "obj", "endobj", "stream", "endstream", "xref", "trailer", "startxref", "/Page", "/Encrypt", "/ObjStm", "/JS", "/JavaScript", "/AA", "/OpenAction",
        "/AcroForm", "/JBIG2Decode", "/RichMedia", "/Launch", "/EmbeddedFile", "/XFA",
    ];

    /// <summary>Where a tool is; the test is skipped where nobody says so.</summary>
    public static string Find(string variable, string what)
    {
        var path = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(path is null, $"{variable} does not say where {what} is");
        return path!;
    }

    /// <summary>Counts that are not zero, how many of them escaped in parentheses.</summary>
    public static string Counts(Func<string, (int Count, int Escaped)> count) => string.Join(' ', s_words
        .Select(w => (Word: w, Found: count(w))).Where(w => w.Found.Count > 0)
        .Select(w => $"{w.Word}={w.Found.Count}{(w.Found.Escaped > 0 ? $"({w.Found.Escaped})" : "")}"));

    public static string Flags(bool encrypted, bool vba, bool xlm, bool auto, bool acts)
    {
        var flags = string.Join(' ', new[] { (encrypted, "encrypted"), (vba, "vba"), (xlm, "xlm"), (auto, "auto"), (acts, "acts") }.Where(f => f.Item1).Select(f => f.Item2));
        return flags.Length > 0 ? flags : "-";
    }

    public static async Task<string> PdfIdAsync(string tool, string file)
    {
        var (_, text) = await RunAsync("-I", "-B", tool, "-l", file);
        if (!text.Contains(" PDF Header:", StringComparison.Ordinal))
        {
            return "not a PDF";
        }

        var counts = Line().Matches(text).ToDictionary(m => m.Groups[1].Value, m => (Number(m.Groups[2]), Number(m.Groups[3])));
        return Counts(w => counts.GetValueOrDefault(w));
    }

    public static async Task<string> OlevbaAsync(string tools, string file)
    {
        var (exit, text) = await RunAsync("-B", Path.Combine(tools, "olevba.py"), "--no-pcode", "-a", "-j", "-l", "error", file);
        var (acts, _) = await RunAsync("-B", Path.Combine(tools, "mraptor.py"), "-m", file);
        var parts = JsonDocument.Parse(text).RootElement.EnumerateArray().ToList();
        var macros = parts.SelectMany(p => Items(p, "macros")).Select(m => $"{m.GetProperty("vba_filename")} {m.GetProperty("ole_stream")}").ToList();
        var sheets = macros.Count(m => m.Contains("xlm", StringComparison.OrdinalIgnoreCase));
        var auto = parts.SelectMany(p => Items(p, "analysis")).Any(a => a.GetProperty("type").GetString() == "AutoExec");
        return Flags(exit == Encrypted, macros.Count > sheets, sheets > 0, auto, acts == Suspicious);
    }

    private static IEnumerable<JsonElement> Items(JsonElement part, string name) =>
        part.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static int Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    private static async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(Wait.Token);
        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await errors;
        await process.WaitForExitAsync(Wait.Token);
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"^ (\S+) +(\d+)(?:\((\d+)\))?\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
