using System.Text;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Intake;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>The bytes that a real Zeek sent, in every run, without Zeek.</summary>
public sealed class RecordedFramesTests
{
    /// <summary>Fields in which the stand-in differs from Zeek, and why.</summary>
    private static readonly IReadOnlyDictionary<string, string> Differences = new Dictionary<string, string>
    {
        ["node, incarnation, seqno, ts, sent, path, fuid, parent_fuid, uid, orig_h, orig_p, resp_h, resp_p"] = "its own",
        ["mime_type"] = "Zeek's signatures say it; the stand-in has none",
        ["mail"] = "parsed by MimeKit instead of Zeek: the same headers, addresses written differently",
        ["missing_bytes of a truncated mail"] = "the stand-in sees that the end is missing, not how much",
    };

    [Fact]
    public void The_recording_was_made_by_the_scripts_of_this_tree()
    {
        var recording = Recording.Load(Recording.SamplesPath);

        Assert.Matches(@"^\d+\.\d+", recording.ZeekVersion);
        Assert.True(
            recording.ScriptsHash == ScriptsHash.Compute(Support.Zeek.Scripts),
            "zeek-scripts/scripts has changed since the recording was made: make it anew (CONTRIBUTING.md, Recordings).");
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_recorded_event_decodes_into_what_the_daemon_works_with()
    {
        var recording = Recording.Load(Recording.SamplesPath);

        var decoded = await recording.ReplayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(recording.Frames.Count, decoded.Count);
        Assert.Contains(decoded, d => d is NodeHello { Trace: true });
        Assert.Contains(decoded, d => d is VerdictAck { Seqnos.Count: > 0 });
        Assert.Contains(decoded, d => d is NodeDrain);
        Assert.Contains(decoded, d => d is NodeBye { Trace: true, Open: 0 });
        var requests = decoded.OfType<FileRequest>().ToList();
        Assert.Equal(Enumerable.Range(1, requests.Count).Select(n => (ulong)n), requests.Select(r => r.Seqno).Distinct().Order());
    }

    [Fact(Timeout = 60_000)]
    public async Task The_stand_in_asks_what_Zeek_asks_over_the_same_mails()
    {
        var recording = Recording.Load(Recording.SamplesPath);
        var zeek = (await recording.ReplayAsync(TestContext.Current.CancellationToken)).OfType<FileRequest>().DistinctBy(r => r.Seqno);

        var asked = zeek.Select(r => Describe(r.Kind, r.Filename, r.DeclaredType, r.SeenBytes, r.Sha256, r.Complete, r.Source)).Order();
        var standIn = SampleMails.Files.Select(f => Describe(f.Kind, f.Filename, f.DeclaredType, (ulong)f.Content.Length, Hash(f), f.Missing == 0, "SMTP")).Order();

        Assert.NotEmpty(Differences);
        Assert.Equal(asked, standIn);
    }

    private static string? Hash(SensorFile file) =>
        file.Missing == 0 ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.Content)) : null;

    private static string Describe(string kind, byte[]? filename, byte[]? declared, ulong bytes, string? sha256, bool complete, string source) =>
        $"{kind} {source} {Text(filename)} {Text(declared).Split(';')[0].ToLowerInvariant()} {bytes} {sha256} {complete}";

    private static string Text(byte[]? bytes) => bytes is null ? "-" : Encoding.UTF8.GetString(bytes);
}
