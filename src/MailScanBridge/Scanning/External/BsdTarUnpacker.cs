using System.Formats.Tar;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;

namespace MailScanBridge.Scanning.External;

/// <summary>
/// bsdtar (libarchive) makes a tar of whatever it reads, on its standard output, and the members are taken from there: nothing is
/// extracted, so no name, link or device in the container means anything. Safe for concurrent use.
/// </summary>
public sealed class BsdTarUnpacker : IExternalUnpacker
{
    private static readonly HashSet<string> s_types = [ContentTypes.Rar, ContentTypes.Cabinet, ContentTypes.Iso9660, ContentTypes.Lha, ContentTypes.Xar, ContentTypes.Cpio, ContentTypes.Ar];
    private readonly OutsideProgram _program;

    private BsdTarUnpacker(OutsideProgram program) => _program = program;

    public string Name => _program.Name;

    public string Fingerprint => _program.Fingerprint;

    public bool Takes(string type, string reason) => (reason is Reasons.Unsupported or Reasons.Damaged) && s_types.Contains(type);

    /// <summary>Looks for it.</summary>
    /// <param name="mode">Whether it may run without a sandbox.</param>
    /// <param name="sandbox">This machine's.</param>
    /// <param name="cancellationToken">Ends the look, and throws.</param>
    /// <param name="metrics">Where its runs are counted; null for nowhere.</param>
    /// <returns>It, or what is missing.</returns>
    public static async Task<(IExternalUnpacker? Found, string? Missing)> FindAsync(SandboxMode mode, Sandbox sandbox, CancellationToken cancellationToken, MailScanMetrics? metrics = null)
    {
        var program = new OutsideProgram("bsdtar", ["--version"], words => words.Split(' ') is ["bsdtar", var number, ..] ? number : null, mode, sandbox, metrics);
        var missing = await program.ProbeAsync(cancellationToken);
        return (missing is null ? new BsdTarUnpacker(program) : null, missing);
    }

    public (string Reason, string Detail)? Unpack(ScanItem item, IReadOnlyList<string> passwords, TakeMember take, CancellationToken cancellationToken)
    {
        var members = 0;
        (string, string)? problem = null;
        var run = _program.Run(["-c", "-f", "-", "--format=pax", "@{sample}"], item, Read, cancellationToken);
        return run.ExitCode != 0 || run.Overflowed ? _program.Failure(run) : problem ?? (members == 0 ? (Reasons.Damaged, "bsdtar: no members") : null);

        void Read(Stream output)
        {
            using var tar = new TarReader(output, leaveOpen: true);
            while (Next(tar) is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                members++;
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile
                    && take(entry.Name, entry.DataStream ?? Stream.Null, null) is null)
                {
                    problem = (Reasons.Damaged, "bsdtar: a member came out in part");
                }
            }
        }

        // A tar that ends early is that of a container that was not read to its end.
        TarEntry? Next(TarReader tar)
        {
            try
            {
                return tar.GetNextEntry();
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
            {
                problem = (Reasons.Damaged, $"bsdtar: {e.Message}");
                return null;
            }
        }
    }
}
