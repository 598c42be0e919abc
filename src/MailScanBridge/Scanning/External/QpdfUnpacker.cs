using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;

namespace MailScanBridge.Scanning.External;

/// <summary>
/// qpdf opens an encrypted PDF by the empty password, which most have, or by one of the likely ones; the file without its encryption
/// is then the one member. Safe for concurrent use.
/// </summary>
public sealed class QpdfUnpacker : IExternalUnpacker
{
    private const int Warnings = 3; // an exit code: it came to an end, over something odd
    private readonly OutsideProgram _program;

    private QpdfUnpacker(OutsideProgram program) => _program = program;

    public string Name => _program.Name;

    public string Fingerprint => _program.Fingerprint;

    public bool Takes(string type, string reason) => type == ContentTypes.Pdf && reason == Reasons.Encrypted;

    /// <summary>Looks for it.</summary>
    /// <param name="mode">Whether it may run without a sandbox.</param>
    /// <param name="sandbox">This machine's.</param>
    /// <param name="cancellationToken">Ends the look, and throws.</param>
    /// <param name="metrics">Where its runs are counted; null for nowhere.</param>
    /// <returns>It, or what is missing.</returns>
    public static async Task<(IExternalUnpacker? Found, string? Missing)> FindAsync(SandboxMode mode, Sandbox sandbox, CancellationToken cancellationToken, MailScanMetrics? metrics = null)
    {
        var program = new OutsideProgram("qpdf", ["--version"], words => words.Split('\n')[0].Split(' ') is ["qpdf", "version", var number] ? number : null, mode, sandbox, metrics);
        var missing = await program.ProbeAsync(cancellationToken);
        return (missing is null ? new QpdfUnpacker(program) : null, missing);
    }

    public (string Reason, string Detail)? Unpack(ScanItem item, IReadOnlyList<string> passwords, TakeMember take, CancellationToken cancellationToken)
    {
        foreach (var password in passwords.Where(p => !p.Contains('\0')).Prepend(""))
        {
            // It ends with 0 after a wrong one too, and says so.
            var asked = _program.Run([$"--password={password}", "--show-encryption", "{sample}"], item, null, cancellationToken);
            if (asked.ExitCode is not (0 or Warnings) && !IsWrong(asked))
            {
                return _program.Failure(asked);
            }

            if (!IsWrong(asked))
            {
                return Decrypt(item, password, take, cancellationToken);
            }
        }

        return (Reasons.Encrypted, $"qpdf: none of {passwords.Count + 1} passwords opens it");
    }

    private static bool IsWrong(Commands.ToolRun run) =>
        run.Output.Contains("Incorrect password", StringComparison.Ordinal) || run.Errors.Contains("invalid password", StringComparison.Ordinal);

    private (string Reason, string Detail)? Decrypt(ScanItem item, string password, TakeMember take, CancellationToken cancellationToken)
    {
        var whole = false;
        var run = _program.Run(
            [$"--password={password}", "--decrypt", "--warning-exit-0", "{sample}", "-"],
            item,
            output => whole = take("decrypted.pdf", output, password.Length > 0 ? password : null) is { Length: > 0 },
            cancellationToken);
        return run.ExitCode != 0 || run.Overflowed ? _program.Failure(run) : whole ? null : (Reasons.Damaged, "qpdf: it came out in part");
    }
}
