using System.Globalization;
using System.Text;
using MailScanBridge.EndToEnd.Tests.Support;
using NetMQ;
using NetMQ.Sockets;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>
/// With <c>MAILSCAN_RECORD=1</c>, records what a real Zeek puts on the wire over the sample mails, frame by frame, for the tests that
/// run without Zeek. Always: what Zeek sends today has the shape of the recording.
/// </summary>
public sealed class RecordingTests
{
    [Fact(Timeout = 120_000)]
    public async Task What_Zeek_sends_over_the_sample_mails_is_what_was_recorded()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start();
        await daemon.WaitUntilRunningAsync(cancellationToken);
        using var tap = new SubscriberSocket();
        tap.Options.ReceiveHighWatermark = 0;
        tap.Connect(daemon.HubXPub);
        tap.Subscribe("mailscan.request.");
        var frames = new List<byte[][]>();
        using var stop = new CancellationTokenSource();
        var listening = Task.Run(() => Listen(tap, frames, stop.Token), CancellationToken.None);

        var run = await Support.Zeek.ReadTraceAsync(zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), daemon.Environment, cancellationToken);
        await Eventually.TrueAsync(() => { lock (frames) { return frames.Any(f => Encoding.UTF8.GetString(f[3]).Contains("MailScan::node_bye", StringComparison.Ordinal)); } }, "the good-bye was heard", cancellationToken);
        await stop.CancelAsync();
        await listening;

        Assert.Equal(0, run.ExitCode);
        var path = Repository.At("tests", "MailScanBridge.EndToEnd.Tests", "Recordings", "samples.zrec");
        if (Environment.GetEnvironmentVariable("MAILSCAN_RECORD") == "1")
        {
            Write(path, zeek.Version, frames);
        }

        var recorded = File.ReadAllLines(path).Where(l => !l.StartsWith('#')).Select(l => Name(Convert.FromHexString(l.Split('\t')[3]))).ToList();
        Assert.Equal(
            recorded.Where(n => n == "MailScan::file_request").Count(),
            frames.Count(f => Name(f[3]) == "MailScan::file_request"));
        Assert.Equal(recorded.Distinct().Order(), frames.Select(f => Name(f[3])).Distinct().Order());
    }

    private static void Listen(SubscriberSocket tap, List<byte[][]> frames, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            NetMQMessage? message = null;
            if (tap.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(50), ref message))
            {
                lock (frames)
                {
                    frames.Add([.. message.Select(f => f.ToByteArray())]);
                }
            }
        }
    }

    /// <summary>The event's name: the first string behind the envelope's three tags (docs of broker-bin-v1).</summary>
    private static string Name(byte[] payload)
    {
        const int atLength = 2 + 9 + 9 + 2 + 1; // list of 3, count 1, count 1, list, string tag
        return Encoding.UTF8.GetString(payload, atLength + 1, payload[atLength]);
    }

    private static void Write(string path, string zeekVersion, List<byte[][]> frames)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# MailScanBridge recording 1: topic, sender, serializer, payload in hex; one message a line\n");
        text.Append(CultureInfo.InvariantCulture, $"# zeek {zeekVersion}\n# scripts {ScriptsHash.Compute(Support.Zeek.Scripts)}\n# trace samples/mail/all.pcap\n");
        foreach (var f in frames)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(f[0])}\t{Encoding.UTF8.GetString(f[1])}\t{Encoding.UTF8.GetString(f[2])}\t{Convert.ToHexStringLower(f[3])}\n");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ToString());
    }
}
