using MailScanBridge.Intake;
using MailScanBridge.Zeek;
using NetMQ;
using NetMQ.Sockets;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>What a real Zeek sent, as tests/MailScanBridge.EndToEnd.Tests/Recordings holds it.</summary>
internal sealed record Recording(string ZeekVersion, string ScriptsHash, IReadOnlyList<byte[][]> Frames)
{
    public static string SamplesPath => Repository.At("tests", "MailScanBridge.EndToEnd.Tests", "Recordings", "samples.zrec");

    public static Recording Load(string path)
    {
        var lines = File.ReadAllLines(path);
        string Header(string name) => lines.Single(l => l.StartsWith($"# {name} ", StringComparison.Ordinal))[(name.Length + 3)..];
        var frames = lines.Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).Select(f => new[]
        {
            System.Text.Encoding.UTF8.GetBytes(f[0]), System.Text.Encoding.UTF8.GetBytes(f[1]), System.Text.Encoding.UTF8.GetBytes(f[2]), Convert.FromHexString(f[3]),
        });
        return new Recording(Header("zeek"), Header("scripts"), [.. frames]);
    }

    /// <summary>Plays the frames through the embedded hub to an event client, as they came from Zeek, and decodes them as the daemon does.</summary>
    public async Task<IReadOnlyList<object>> ReplayAsync(CancellationToken cancellationToken)
    {
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" });
        hub.Start();
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = hub.XPubEndpoint, HubXSub = hub.XSubEndpoint, NodeName = "replay" });
        client.Subscribe("mailscan.request.");
        await client.StartAsync(cancellationToken);
        using var zeek = new XPublisherSocket();
        zeek.Options.Linger = TimeSpan.FromSeconds(5);
        zeek.Options.SendHighWatermark = 0;
        zeek.Connect(hub.XSubEndpoint);
        while (!zeek.ReceiveFrameBytes().AsSpan(1).SequenceEqual("mailscan.request."u8))
        {
            // Until the client's subscription has come through: what is sent from then on arrives.
        }

        foreach (var frames in Frames)
        {
            zeek.SendMultipartBytes(frames);
        }

        var decoded = new List<object>();
        await foreach (var message in client.ReadAllRawAsync(cancellationToken))
        {
            decoded.Add(EventDecoder.Decode(message.Name, message.Payload.Span) ?? throw new InvalidOperationException($"{message.Name} is unknown"));
            if (decoded.Count == Frames.Count)
            {
                break;
            }
        }

        return decoded;
    }
}
