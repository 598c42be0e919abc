using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;

namespace MailScanBridge.Tests.Scan;

/// <summary>One run of the command's own code, with what it printed.</summary>
internal sealed record Scanned(int Exit, string Output, string Errors)
{
    /// <summary>Output without the summary.</summary>
    public IReadOnlyList<string> Lines => [.. Output.Split('\n').TakeWhile(l => l.Length > 0)];

    /// <summary>The verdict of the only file.</summary>
    public string Verdict => Lines is [var line] ? line.Split(": ")[1].Split(',')[0].Split(' ')[0] : throw new InvalidOperationException($"Not one line: {Output}{Errors}");

    public string Summary => Output[(Output.IndexOf("\n\n", StringComparison.Ordinal) + 2)..];

    public static BridgeConfig Config { get; } = ConfigLoader.Load(null, _ => null);

    /// <summary>The same, whatever programs that unpack this machine has.</summary>
    public static BridgeConfig WithoutPrograms { get; } = Config with { External = Config.External with { Programs = [] } };

    public static Task<Scanned> RunAsync(params string[] targets) => RunAsync(new ScanOptions { Targets = targets });

    /// <summary>Scans a file of this content with a configuration of one's own.</summary>
    public static Task<Scanned> RunAsync(TemporaryFolder folder, string yaml, byte[] content, string name = "sample", bool explain = false) => RunAsync(
        new ScanOptions { Targets = [folder.Write(name, content)], Explain = explain }, ConfigLoader.Load(folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(yaml)), _ => null));

    /// <param name="options">What to scan.</param>
    /// <param name="config">The built-in one by default.</param>
    /// <param name="terminal">Whether a progress line is drawn.</param>
    /// <param name="cancellationToken">For many files, which take longer than a test waits by default.</param>
    public static async Task<Scanned> RunAsync(ScanOptions options, BridgeConfig? config = null, bool terminal = false, CancellationToken? cancellationToken = null)
    {
        using StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        var exit = await ScanRun.RunAsync(config ?? Config, options, output, errors, terminal, cancellationToken ?? Wait.Token);
        return new Scanned(exit, output.ToString(), errors.ToString());
    }
}
