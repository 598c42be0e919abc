using MailScanBridge.Zeek.Tests.Support;
using NetMQ;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>Somebody who sits on the way between client and hub, without the keys.</summary>
public sealed class CurveOnTheWayTests
{
    private readonly NetMQCertificate _server = new();
    private readonly NetMQCertificate _client = new();

    private ZeekClientOptions Options(string xPub, string xSub) => new()
    {
        HubXPub = xPub,
        HubXSub = xSub,
        Curve = new ZeekCurveKeys(_server.PublicKeyZ85, _client.PublicKeyZ85, _client.SecretKeyZ85!),
        Reconnect = TimeSpan.FromMilliseconds(20),
        ReconnectMax = TimeSpan.FromMilliseconds(50),
    };

    public static TheoryData<string> Tricks => ["a bit is changed", "a frame is played again", "a frame is left out in the middle of a message", "a frame of another connection", "a frame in the clear"];

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task Whatever_is_done_to_a_frame_nothing_wrong_gets_in_and_the_connection_is_given_up(string trick)
    {
        using var hub = new CurveHub(_server);
        byte[]? other = null;
        using var proxy = new FrameProxy(hub.XPub, Change);
        using var clean = new FrameProxy(hub.XPub, (number, frame) =>
        {
            // WELCOME and READY are the first two.
            if (number == 2)
                other = frame;
            return [frame];
        });
        await using var witness = new ZeekClient(Options(clean.Endpoint, hub.XSub));
        witness.Subscribe("way.");
        await witness.StartAsync(Wait.Token);
        await using var receiver = new ZeekClient(Options(proxy.Endpoint, hub.XSub));
        receiver.Subscribe("way.");
        await receiver.StartAsync(Wait.Token);
        await using var sender = new ZeekClient(Options(hub.XPub, hub.XSub));
        await sender.StartAsync(Wait.Token);
        for (var count = 0; receiver.Statistics.Disconnects < 2 || receiver.Statistics.RefusedPeers < 2;)
        {
            // A few at a time, and the next when the witness has them.
            for (var i = 0; i < 10; i++)
                Assert.Equal(PublishResult.Sent, sender.Publish("way.", new ZeekEvent("Test::n", ZeekValue.FromCount((ulong)count++), ZeekValue.FromString("the truth"))));
            await Wait.UntilAsync(() => witness.Statistics.Received == count, $"the witness to have {count} events: {trick}");
        }

        var last = -1L;
        await foreach (var message in receiver.ReadAllAsync(Wait.Token))
        {
            Assert.Equal("the truth", message.Event.Args[1].AsString());
            Assert.True((long)message.Event.Args[0].AsCount() > last, "an event came twice, or out of turn");
            last = (long)message.Event.Args[0].AsCount();
            if (receiver.Statistics.ReceiveQueueLength == 0)
                break;
        }

        Assert.Empty(receiver.Statistics.Undecodable);

        byte[][] Change(int number, byte[] frame)
        {
            // Not before the connection is live, which takes the handshake and its own presence; then each forty-first.
            if (number < 3 || number % 41 != 0)
                return [frame];
            return trick switch
            {
                "a bit is changed" => [[.. frame[..^1], (byte)(frame[^1] ^ 1)]],
                "a frame is played again" => [frame, frame],
                "a frame is left out in the middle of a message" => [[.. frame[..10], .. new byte[8], .. frame[18..]]],
                "a frame of another connection" => [other ?? frame[1..]],
                _ => [RawPeer.Message("way."u8.ToArray(), "rogue"u8.ToArray(), "broker-bin-v1"u8.ToArray(), ZeekWire.Encode(new ZeekEvent("Test::rogue")))],
            };
        }
    }
}
