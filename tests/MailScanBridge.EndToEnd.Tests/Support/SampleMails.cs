using MailScanBridge.Daemon.Demo;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>The sample mails, their files as the stand-in sees them, and the verdicts they must get.</summary>
internal static class SampleMails
{
    public static IReadOnlyList<string> Paths { get; } =
        [.. Directory.GetFiles(Repository.At("samples", "mail"), "*.eml").Order(StringComparer.Ordinal)];

    /// <summary>By file name: verdict and reason of the whole message on a machine with nothing but the built-in scanner.</summary>
    public static IReadOnlyDictionary<string, (string Verdict, string Reason)> Expected { get; } =
        File.ReadLines(Repository.At("samples", "mail", "expectations.tsv")).Skip(1).Select(l => l.Split('\t')).ToDictionary(f => f[0], f => (f[1], f[2]));

    public static IReadOnlyList<SensorFile> Files { get; } =
        [.. Paths.SelectMany(p => MailFiles.Of(Path.GetFileName(p), File.ReadAllBytes(p)))];
}
