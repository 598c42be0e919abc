using System.Text;
using MailScanBridge.Zeek.Tests.Support;
using MailScanBridge.Zeek.Transport.Zmtp;
using NetMQ;

namespace MailScanBridge.Zeek.Tests.Transport;

public sealed class CurveTests : IDisposable
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromString("a secret that must not be seen"));
    private static readonly byte[] Good = ZeekWire.Encode(new ZeekEvent("Test::rogue"));

    private readonly NetMQCertificate _server = new();
    private readonly NetMQCertificate _client = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private ZeekCurveKeys Keys => new(_server.PublicKeyZ85, _client.PublicKeyZ85, _client.SecretKeyZ85!);

    private static ZeekClientOptions Options(string xPub, string xSub, ZeekCurveKeys? keys) => new()
    {
        HubXPub = xPub,
        HubXSub = xSub,
        Curve = keys,
        Reconnect = TimeSpan.FromMilliseconds(20),
        ReconnectMax = TimeSpan.FromMilliseconds(50),
    };

    [Fact]
    public async Task With_the_right_keys_events_flow()
    {
        using var hub = new CurveHub(_server);
        await using var receiver = new ZeekClient(Options(hub.XPub, hub.XSub, Keys));
        receiver.Subscribe("curve.");
        await receiver.StartAsync(Wait.Token);
        await using (var sender = new ZeekClient(Options(hub.XPub, hub.XSub, Keys)))
        {
            await sender.StartAsync(Wait.Token);
            for (var i = 0; i < 1000; i++)
                Assert.Equal(PublishResult.Sent, sender.Publish("curve.", Ping));
        }

        Assert.All(await Wait.TakeAsync(receiver, 1000), message => Assert.Equal(Ping, message.Event));
        Assert.Equal(0, receiver.Statistics.RefusedPeers);
    }

    [Fact]
    public async Task With_a_wrong_server_key_nothing_is_connected_and_the_log_asks_about_the_keys()
    {
        using var hub = new CurveHub(_server);
        var log = new ListLogger();
        var keys = new ZeekCurveKeys(new NetMQCertificate().PublicKeyZ85, _client.PublicKeyZ85, _client.SecretKeyZ85!);
        await using var client = new ZeekClient(Options(hub.XPub, hub.XSub, keys) with { BarrierTimeout = TimeSpan.FromSeconds(1) }, log);
        var start = client.StartAsync(Wait.Token);
        await Wait.UntilAsync(() => !log.Lines.IsEmpty, "a line about the hub");
        Assert.Contains("is the server public key the right one?", log.Lines.First(), StringComparison.Ordinal);
        Assert.False(start.IsCompleted);
        Assert.Equal(PublishResult.Disconnected, client.Publish("any.", Ping));
    }

    [Fact]
    public async Task A_hub_of_another_key_gets_nothing_in_and_nothing_out()
    {
        using var hub = new CurveHub(new NetMQCertificate());
        var log = new ListLogger();
        await using var client = new ZeekClient(Options(hub.XPub, hub.XSub, Keys) with { BarrierTimeout = TimeSpan.FromMilliseconds(500) }, log);
        client.Subscribe("down.");
        var start = client.StartAsync(Wait.Token);

        // One with the hub's own key is connected and sends all the while.
        await using var friend = new ZeekClient(Options(hub.XPub, hub.XSub, new ZeekCurveKeys(hub.PublicKey, Keys.ClientPublicKey, Keys.ClientSecretKey)));
        await friend.StartAsync(Wait.Token);
        await Wait.UntilAsync(() => log.Lines.Count > 1, "the client to have tried again");
        Assert.Equal(PublishResult.NoSubscriber, friend.Publish("down.", Ping));
        Assert.Equal(PublishResult.Disconnected, client.Publish("down.", Ping));
        Assert.False(start.IsCompleted);
        Assert.Equal(0, client.Statistics.Received);
        Assert.DoesNotContain(hub.Topics, topic => topic.StartsWith("down.", StringComparison.Ordinal) || topic.Contains(client.NodeId, StringComparison.Ordinal));
    }

    // The commands that only one without keys would send after a greeting without CURVE, then an event in the clear.
    private static byte[] Event => RawPeer.Message("down."u8.ToArray(), "rogue"u8.ToArray(), "broker-bin-v1"u8.ToArray(), Good);

    private static byte[] V1Event =>
    [
        .. V1(more: true, "down."u8.ToArray()), .. V1(more: true, "rogue"u8.ToArray()),
        .. V1(more: true, "broker-bin-v1"u8.ToArray()), .. V1(more: false, Good),
    ];

    private static byte[] V1(bool more, byte[] body) => [(byte)(body.Length + 1), more ? (byte)1 : (byte)0, .. body];

    public static TheoryData<string, byte[]> Rogues => new()
    {
        { "ZMTP 1.0", [1, 0, .. V1Event] },
        { "ZMTP 1.0 with the later signature", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, .. V1Event] },
        { "ZMTP 2.0", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 1, 0, 0, .. Event] },
        { "ZMTP 3.0 NULL", [.. ZmtpGreeting.Create("NULL"u8), .. ZmtpReady.Create("XPUB"u8), .. Event] },
        { "ZMTP 3.0 PLAIN", [.. ZmtpGreeting.Create("PLAIN"u8), .. Event] },
        { "CURVE in name, events in the clear", [.. ZmtpGreeting.Create("CURVE"u8), .. ZmtpReady.Create("XPUB"u8), .. Event] },
        { "a browser's server", "HTTP/1.1 400 Bad Request\r\n\r\n<html></html>"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Rogues))]
    public async Task A_rogue_in_the_hubs_place_gets_nothing_in_and_nothing_out(string what, byte[] says)
    {
        using var xPub = new RogueHub(says);
        using var xSub = new RogueHub(says);
        await using (var client = new ZeekClient(Options(xPub.Endpoint, xSub.Endpoint, Keys)))
        {
            client.Subscribe("down.");
            var start = client.StartAsync(Wait.Token);
            await Wait.UntilAsync(() => xPub.Heard.Count >= 2 && xSub.Heard.Count >= 2, "the rogue to be tried and cut off twice: " + what);
            Assert.False(start.IsCompleted);
            Assert.Equal(0, client.Statistics.Received);
            Assert.Equal(PublishResult.Disconnected, client.Publish("down.", Ping));
            if (!what.StartsWith("CURVE", StringComparison.Ordinal))
                Assert.True(client.Statistics.RefusedPeers > 0, what);
        }

        // Not even the topics that the client wants to hear may be seen.
        foreach (var heard in xPub.Heard.Concat(xSub.Heard))
        {
            var text = Encoding.Latin1.GetString(heard);
            Assert.DoesNotContain("down.", text, StringComparison.Ordinal);
            Assert.DoesNotContain("zeek.", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NetMQ_alone_takes_an_event_in_the_clear_from_an_old_peer_which_is_why_it_is_not_used()
    {
        using var rogue = new RogueHub([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 1, 0, 0, .. Event]);
        using var socket = new NetMQ.Sockets.XSubscriberSocket();
        socket.Options.CurveServerCertificate = NetMQCertificate.FromPublicKey(_server.PublicKeyZ85);
        socket.Options.CurveCertificate = _client;
        socket.Connect(rogue.Endpoint);
        socket.SendFrame("\u0001down."u8.ToArray());

        // Should this fail with a later NetMQ, the hole is mended there.
        Assert.True(socket.TryReceiveFrameString(Wait.Deadline, out var topic));
        Assert.Equal("down.", topic);
    }

    [Fact]
    public async Task A_rogue_that_never_greets_is_given_up()
    {
        using var silent = new RogueHub([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f]);
        await using var client = new ZeekClient(Options(silent.Endpoint, silent.Endpoint, Keys));
        _ = client.StartAsync(Wait.Token);
        await Wait.UntilAsync(() => client.Statistics.RefusedPeers > 0, "the silence to be refused");
    }

    [Fact]
    public void Another_host_without_keys_is_refused_unless_asked_for()
    {
        var options = new ZeekClientOptions { HubXPub = "tcp://192.0.2.1:27760", HubXSub = "tcp://192.0.2.1:27761" };
        Assert.Contains(nameof(ZeekClientOptions.AllowRemotePlaintext), Assert.Throws<ArgumentException>(() => new ZeekClient(options)).Message, StringComparison.Ordinal);
        Assert.NotNull(new ZeekClient(options with { AllowRemotePlaintext = true }));
        Assert.NotNull(new ZeekClient(options with { Curve = Keys }));
    }

    [Fact]
    public void Keys_are_read_from_zeekctls_files()
    {
        WriteKeys(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(Keys, ZeekCurveKeys.FromZeekctl(_directory));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_secret_key_that_others_can_reach_is_refused(UnixFileMode mode)
    {
        WriteKeys(UnixFileMode.UserRead | mode);
        var e = Assert.Throws<ZeekKeyException>(() => ZeekCurveKeys.FromZeekctl(_directory));
        Assert.EndsWith("client_secretkey", e.KeySource, StringComparison.Ordinal);
        Assert.DoesNotContain(_client.SecretKeyZ85!, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_broken_key_file_is_named()
    {
        WriteKeys(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(Path.Combine(_directory, "server_publickey"), "too short");
        Assert.EndsWith("server_publickey", Assert.Throws<ZeekKeyException>(() => ZeekCurveKeys.FromZeekctl(_directory)).KeySource, StringComparison.Ordinal);
        File.Delete(Path.Combine(_directory, "server_publickey"));
        Assert.EndsWith("server_publickey", Assert.Throws<ZeekKeyException>(() => ZeekCurveKeys.FromZeekctl(_directory)).KeySource, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_read_from_Zeeks_environment()
    {
        var variables = new Dictionary<string, string>
        {
            ["ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_SERVER_PUBLICKEY"] = _server.PublicKeyZ85,
            ["ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_CLIENT_PUBLICKEY"] = _client.PublicKeyZ85,
            ["ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_CLIENT_SECRETKEY"] = _client.SecretKeyZ85!,
        };
        Assert.Equal(Keys, ZeekCurveKeys.FromEnvironment(variables.GetValueOrDefault));
        Assert.Null(ZeekCurveKeys.FromEnvironment(_ => null));
        variables.Remove("ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_CLIENT_SECRETKEY");
        Assert.Contains("CLIENT_SECRETKEY", Assert.Throws<ZeekKeyException>(() => ZeekCurveKeys.FromEnvironment(variables.GetValueOrDefault)).KeySource, StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_that_does_not_belong_to_the_secret_one_is_refused()
    {
        Assert.Contains("does not belong", Assert.Throws<ArgumentException>(() => new ZeekCurveKeys(_server.PublicKeyZ85, _server.PublicKeyZ85, _client.SecretKeyZ85!)).Message, StringComparison.Ordinal);
        WriteKeys(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(Path.Combine(_directory, "client_publickey"), _server.PublicKeyZ85);
        Assert.EndsWith("client_publickey", Assert.Throws<ZeekKeyException>(() => ZeekCurveKeys.FromZeekctl(_directory)).KeySource, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_anybodys_or_no_32_bytes_is_refused()
    {
        var (pub, secret) = (_client.PublicKeyZ85, _client.SecretKeyZ85!);
        Assert.Contains("server public key", Assert.Throws<ArgumentException>(() => new ZeekCurveKeys(new string('0', 40), pub, secret)).Message, StringComparison.Ordinal);
        Assert.Contains("server public key", Assert.Throws<ArgumentException>(() => new ZeekCurveKeys(new string('#', 40), pub, secret)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_keys_and_options_shows_no_key()
    {
        Assert.DoesNotContain(_client.SecretKeyZ85!, Keys.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_client.SecretKeyZ85!, new ZeekClientOptions { Curve = Keys }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("tooshort", Assert.Throws<ArgumentException>(() => new ZeekCurveKeys("tooshort", "", "")).Message, StringComparison.Ordinal);
    }

    private void WriteKeys(UnixFileMode secretMode)
    {
        File.WriteAllText(Path.Combine(_directory, "server_publickey"), _server.PublicKeyZ85 + "\n");
        File.WriteAllText(Path.Combine(_directory, "client_publickey"), _client.PublicKeyZ85);
        var secret = Path.Combine(_directory, "client_secretkey");
        File.WriteAllText(secret, _client.SecretKeyZ85);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes of files are a thing of Unix");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(secret, secretMode);
    }
}
