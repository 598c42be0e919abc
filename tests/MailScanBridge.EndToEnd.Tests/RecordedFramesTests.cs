using System.Globalization;
using System.Text;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Intake;
using MailScanBridge.Zeek;
using MessagePack;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>The bytes that a real Zeek sent, in every run, without Zeek.</summary>
public sealed class RecordedFramesTests
{
    /// <summary>Every field in which the stand-in's requests differ from Zeek's over the same mails, and why. All others are equal.</summary>
    private static readonly IReadOnlyDictionary<string, string> Differences = new Dictionary<string, string>
    {
        ["Node"] = "its own name",
        ["Incarnation"] = "its own start",
        ["Ts"] = "Zeek's is the trace's time",
        ["Sent"] = "the time of the run",
        ["Path"] = "its own file names",
        ["Fuid"] = "made up",
        ["ParentFuid"] = "made up",
        ["Uid"] = "made up",
        ["OrigH"] = "it has no network",
        ["OrigP"] = "it has no network",
        ["RespH"] = "it has no network",
        ["MimeType"] = "Zeek's signatures say it; the stand-in has none",
        ["MissingBytes"] = "it sees that the end of a mail is missing, not how much of it",
        ["Mail.Helo"] = "an .eml file does not have it",
        ["Mail.Path"] = "Zeek's begins with the addresses of the connection, and it has no network",
        ["Mail.To"] = "MimeKit puts names in quotes",
        ["DeclaredType"] = "Zeek gives it with its parameters",
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

    [Fact(Timeout = 120_000)]
    public async Task The_stand_in_asks_what_Zeek_asks_over_the_same_mails_field_by_field()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var recorded = (await Recording.Load(Recording.SamplesPath).ReplayAsync(cancellationToken)).OfType<FileRequest>().DistinctBy(r => r.Seqno).ToList();
        var standIn = await StandInAsync(cancellationToken);

        Assert.Equal(recorded.Select(Pairing).Order(), standIn.Select(Pairing).Order());
        var pairs = recorded.OrderBy(Pairing, StringComparer.Ordinal).Zip(standIn.OrderBy(Pairing, StringComparer.Ordinal)).ToList();
        var differing = Fields(recorded[0]).Keys.Where(field => pairs.Any(p => Fields(p.First)[field] != Fields(p.Second)[field])).ToList();
        foreach (var field in differing.Where(f => !Differences.ContainsKey(f)))
        {
            var (zeek, own) = pairs.First(p => Fields(p.First)[field] != Fields(p.Second)[field]);
            TestContext.Current.TestOutputHelper!.WriteLine($"{field}: Zeek \"{Fields(zeek)[field]}\", stand-in \"{Fields(own)[field]}\"");
        }

        Assert.Equal(Differences.Keys.Order(), differing.Order());
    }

    private static async Task<IReadOnlyList<FileRequest>> StandInAsync(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        await using var bridge = await HalfBridge.StartAsync(directory.Sub("spool"), answersHello: true, accepts: true, cancellationToken);
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = bridge.HubXPub, HubXSub = bridge.HubXSub, NodeName = "stand-in" });
        var options = new StandInOptions { Spool = directory.Sub("spool"), Bridge = "half", EndWait = TimeSpan.FromSeconds(2) };
        await new StandInSensor(options, client, TimeProvider.System).RunAsync(SampleMails.Files, _ => { }, cancellationToken);
        return [.. bridge.Requests.DistinctBy(r => r.Seqno)];
    }

    /// <summary>What makes two requests the same one: the mail and the file in it.</summary>
    private static string Pairing(FileRequest r) => $"{Text(r.Mail?.Subject)} {r.Kind} {Text(r.Filename)} {r.SeenBytes} {r.Sha256}";

    /// <summary>Each field of the request and of its mail as text.</summary>
    private static Dictionary<string, string> Fields(FileRequest r)
    {
        var fields = new Dictionary<string, string>();
        foreach (var property in typeof(FileRequest).GetProperties().Where(p => p.GetCustomAttributes(typeof(KeyAttribute), false).Length > 0 && p.Name != "Mail"))
        {
            fields[property.Name] = Text(property.GetValue(r));
        }

        foreach (var property in typeof(MailContext).GetProperties())
        {
            fields[$"Mail.{property.Name}"] = r.Mail is null ? "-" : Text(property.GetValue(r.Mail));
        }

        return fields;
    }

    private static string Text(object? value) => value switch
    {
        null => "-",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IReadOnlyList<byte[]> list => string.Join(", ", list.Select(b => Encoding.UTF8.GetString(b)).Order(StringComparer.Ordinal)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
