using MailScanBridge;
using MailScanBridge.Unpacking;

namespace Fuzz.Targets;

/// <summary>
/// The whole unpacker, over files in memory: whatever a file is, nothing escapes, every part is on the disk with the size and hash it is said
/// to have, and no limit is passed.
/// </summary>
internal sealed class UnpackTarget : Target
{
    private static readonly UnpackBudget s_budget = new() { MaxItems = 20, MaxTotalBytes = 256 * 1024, MaxItemBytes = 128 * 1024, RatioFloor = 64 * 1024, MaxDepth = 4, MaxDictionaryBytes = 1024 * 1024 };
    private static readonly string s_work = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"mailscan-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly Unpacker _unpacker = new(s_budget);

    // Each part's writer and reader has its buffers; decompressors bring tables and dictionaries of megabytes.
    public override long BytesAtMost => 256 * 1024 * 1024;

    public override long BytesForEach => 64 * 1024;

    public override int MaxLength => 8192;

    public override IReadOnlyList<byte[]> Tokens =>
    [
        .. Ascii("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "begin 644 a\n", "\nend\n", "!<arch>\n", "070701", "ustar", "Content-Type: multipart/mixed; boundary=x\r\n", "\r\n--x\r\n", "Content-Transfer-Encoding: base64\r\n", "\\objdata ", "<pkg:binaryData>", "data:;base64,"),
        [0x78, 0x9f, 0x3e, 0x22], [0x0f, 0x80, 0x06, 0x00], [0x10, 0x80, 0x01, 0x00], [0x1f, 0x8b, 0x08], [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], [0x28, 0xb5, 0x2f, 0xfd],
    ];

    protected override int Run(byte[] input)
    {
        Directory.CreateDirectory(s_work);
        var file = Path.Combine(s_work, "sample");
        try
        {
            File.WriteAllBytes(file, input);
            var result = _unpacker.Unpack(file, "sample", null, s_work, CancellationToken.None);
            Must(result.Items.Count <= s_budget.MaxItems + 1, "more parts than the limit");
            Must(result.Items.Skip(1).Select(i => i.Path).Distinct().Sum(p => new FileInfo(p).Length) <= s_budget.MaxTotalBytes + input.Length, "more bytes than the limit");
            var hash = new HashCode();
            foreach (var item in result.Items)
            {
                Must(Path.GetDirectoryName(item.Path) == s_work, "a part outside of its directory");
                Must(new FileInfo(item.Path).Length == item.Size, "a part of another size");
                Must(item.Depth <= s_budget.MaxDepth, "deeper than the limit");
                hash.Add(item.Sha256, StringComparer.Ordinal);
            }

            Must(result.Problems.All(p => p.Reason is Reasons.Encrypted or Reasons.Limits or Reasons.Damaged or Reasons.Unsupported), "a problem without one of its reasons");
            hash.Add(result.Problems.Count);
            return hash.ToHashCode();
        }
        finally
        {
            Directory.Delete(s_work, recursive: true);
        }
    }
}
