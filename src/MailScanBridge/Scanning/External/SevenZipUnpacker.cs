using System.Globalization;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;

namespace MailScanBridge.Scanning.External;

/// <summary>
/// 7z lists what is inside, then prints all of it in that order, and the sizes in the list cut it into members: nothing is
/// extracted. What came must be what was listed, to the byte and by its checksums. Safe for concurrent use.
/// </summary>
public sealed class SevenZipUnpacker : IExternalUnpacker
{
    private static readonly HashSet<string> s_types =
    [
        ContentTypes.SevenZip, ContentTypes.Zip, ContentTypes.Udf, ContentTypes.Wim, ContentTypes.Chm, ContentTypes.Szdd, ContentTypes.Cabinet,
        ContentTypes.Iso9660, ContentTypes.Xar, ContentTypes.Lha, ContentTypes.Xz, ContentTypes.Bzip2, ContentTypes.Arj,
    ];

    private readonly OutsideProgram _program;

    private SevenZipUnpacker(OutsideProgram program) => _program = program;

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
        var program = new OutsideProgram("7z", ["i"], words => words.TrimStart().Split(' ', 12) is ["7-Zip", .. var rest] ? rest.FirstOrDefault(w => w.Length > 0 && char.IsAsciiDigit(w[0])) : null, mode, sandbox, metrics);
        var missing = await program.ProbeAsync(cancellationToken);
        return (missing is null ? new SevenZipUnpacker(program) : null, missing);
    }

    public (string Reason, string Detail)? Unpack(ScanItem item, IReadOnlyList<string> passwords, TakeMember take, CancellationToken cancellationToken)
    {
        // Of an image that holds UDF and ISO 9660, the files of UDF: those of the other are taken out here.
        string[] format = item.Type == ContentTypes.Udf ? ["-tudf"] : [];
        var listed = _program.Run(["l", .. format, "-slt", "-ba", "-bd", "-p-", "-sccUTF-8", "--", "{sample}"], item, null, cancellationToken);
        if (listed.ExitCode != 0 || listed.Overflowed)
        {
            return _program.Failure(listed);
        }

        var members = SevenZipList.Read(listed.Output);
        if (members.Count == 0)
        {
            return (Reasons.Damaged, "7z: no members");
        }

        if (members.Count > 1 && members.Any(m => m.Size is null))
        {
            return (Reasons.Unsupported, "7z: it does not tell the sizes");
        }

        string? password = null;
        if (members.Any(m => m.IsEncrypted))
        {
            password = passwords.FirstOrDefault(p => !p.Contains('\0') && _program.Run(["t", .. format, "-bd", $"-p{p}", "--", "{sample}"], item, null, cancellationToken).ExitCode == 0);
            if (password is null)
            {
                return (Reasons.Encrypted, "7z: needs a password");
            }
        }

        (string, string)? problem = null;
        var run = _program.Run(["x", .. format, "-so", "-bd", $"-p{password ?? "-"}", "--", "{sample}"], item, Cut, cancellationToken);
        return run.ExitCode != 0 || run.Overflowed ? _program.Failure(run) : problem;

        void Cut(Stream output)
        {
            foreach (var member in members)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var content = new FirstBytes(output, member.Size ?? long.MaxValue);
                var came = take(member.Name, content, member.IsEncrypted ? password : null);
                content.CopyTo(Stream.Null); // What a limit of one part left.
                if (came is { } c && ((member.Size is { } size && c.Length != size) || (member.Crc is { } crc && c.Crc != crc)))
                {
                    problem ??= (Reasons.Damaged, string.Create(CultureInfo.InvariantCulture, $"7z: {member.Name}: not the size or checksum that it lists"));
                }
                else if (came is null)
                {
                    problem ??= (Reasons.Damaged, $"7z: {member.Name}: came out in part");
                }
            }

            if (output.ReadByte() >= 0)
            {
                problem ??= (Reasons.Damaged, "7z: more came out than it lists");
            }
        }
    }

    /// <summary>So many bytes of another stream, which is not closed with it.</summary>
    private sealed class FirstBytes(Stream inner, long left) : ForwardStream
    {
        private long _left = left;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= read;
            return read;
        }
    }
}
