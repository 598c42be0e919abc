using System.Net;
using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>A real Zeek decodes what is sent here, encodes it anew and sends it back: the bytes must be the same.</summary>
public sealed class EchoTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-echo-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static IEnumerable<ZeekEvent> Events()
    {
        static ZeekEvent E(string name, ZeekValue value) => new("Echo::e_" + name, value);
        static ZeekValue S(string text) => ZeekValue.FromString(text);
        static ZeekValue A(string text) => ZeekValue.FromAddress(IPAddress.Parse(text));
        var http = ZeekValue.FromPort(80, ZeekPortProtocol.Tcp);
        var dns = ZeekValue.FromPort(53, ZeekPortProtocol.Udp);
        yield return E("bool", ZeekValue.FromBool(true));
        foreach (var count in new ulong[] { 0, 1, ulong.MaxValue })
            yield return E("count", ZeekValue.FromCount(count));
        foreach (var number in new[] { 0, -1, long.MaxValue, long.MinValue })
            yield return E("int", ZeekValue.FromInteger(number));
        foreach (var real in new[] { 0.0, -0.0, 0.1, 1e300, -1e-300, double.Epsilon, 1.5e-308, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN })
            yield return E("double", ZeekValue.FromReal(real));
        yield return E("string", ZeekValue.FromBytes([0, 1, 0xff, 0x80, (byte)'\n']));
        foreach (var length in new[] { 0, 127, 128, 16_383, 16_384, 300_000 })
            yield return E("string", ZeekValue.FromBytes(new byte[length]));
        foreach (var address in new[] { "0.0.0.0", "255.255.255.255", "::", "2001:db8::1", "::1" })
            yield return E("addr", A(address));
        yield return E("subnet", ZeekValue.FromSubnet(IPAddress.Parse("10.0.0.0"), 8));
        yield return E("subnet", ZeekValue.FromSubnet(IPAddress.Parse("0.0.0.0"), 0));
        yield return E("subnet", ZeekValue.FromSubnet(IPAddress.Parse("2001:db8::"), 32));
        yield return E("port", http);
        yield return E("port", ZeekValue.FromPort(8, ZeekPortProtocol.Icmp));
        yield return E("port", ZeekValue.FromPort(0, ZeekPortProtocol.Unknown));
        yield return E("time", ZeekValue.FromTime(DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000.5)));
        yield return E("interval", ZeekValue.FromInterval(TimeSpan.FromSeconds(-90)));
        yield return E("enum", ZeekValue.FromEnum("Echo::Green"));
        yield return E("pattern", ZeekValue.FromPattern("foo|ba[rz]"));
        yield return E("set", ZeekValue.FromSet(S("b"), S(""), S("a"), S("aa"), ZeekValue.FromBytes([0xff]), S("B")));
        yield return E("set_real", ZeekValue.FromSet(ZeekValue.FromReal(2), ZeekValue.FromReal(-1), ZeekValue.FromReal(double.PositiveInfinity), ZeekValue.FromReal(0.5)));
        yield return E("set_int", ZeekValue.FromSet(ZeekValue.FromInteger(3), ZeekValue.FromInteger(-5), ZeekValue.FromInteger(0)));
        yield return E("set_compound", ZeekValue.FromSet(
            ZeekValue.FromVector(A("10.0.0.2"), dns), ZeekValue.FromVector(A("10.0.0.2"), http), ZeekValue.FromVector(A("::1"), http), ZeekValue.FromVector(A("10.0.0.1"), http)));
        yield return E("table", ZeekValue.FromTable(
            (ZeekValue.FromSubnet(IPAddress.Parse("10.0.0.0"), 16), ZeekValue.FromCount(1)), (ZeekValue.FromSubnet(IPAddress.Parse("10.0.0.0"), 8), ZeekValue.FromCount(2))));
        yield return E("vector", ZeekValue.FromVector(S("b"), S("a")));
        yield return E("record", ZeekValue.FromVector(
            S("x"), ZeekValue.FromVector(ZeekValue.FromCount(1), ZeekValue.None), ZeekValue.None, ZeekValue.FromSet(S("t")), ZeekValue.FromVector(ZeekValue.FromCount(1)),
            ZeekValue.FromTable((ZeekValue.FromVector(A("1.2.3.4"), http), S("web")))));
        foreach (var any in new[] { ZeekValue.FromCount(5), ZeekValue.FromBytes([0xff, 0]), http, A("::1"), ZeekValue.FromSet(S("b"), S("a")), ZeekValue.FromVector(S("x"), ZeekValue.FromReal(0.5)) })
            yield return E("any", any);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_type_comes_back_from_Zeek_in_the_same_bytes(bool throughZeeksOwnHub)
    {
        var script = Path.Combine(RunningProgram.Repository, "tests", "MailScanBridge.Zeek.Tests", "RealZeek", "echo.zeek");
        await using var cluster = new Cluster();
        var (xPub, xSub) = (cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint);
        RunningProgram zeek;
        if (throughZeeksOwnHub)
        {
            // The embedded hub chose two free ports; it gives them to Zeek's.
            await cluster.Hub.DisposeAsync();
            var wrapper = Path.Combine(_directory, "hub.zeek");
            await File.WriteAllTextAsync(
                wrapper,
                $"@load {script}\nredef Cluster::Backend::ZeroMQ::listen_xpub_endpoint = \"{xPub}\";\nredef Cluster::Backend::ZeroMQ::listen_xsub_endpoint = \"{xSub}\";\n",
                TestContext.Current.CancellationToken);
            zeek = ZeekProgram.Start(wrapper, _directory, "Cluster::Backend::ZeroMQ::run_proxy_thread=T", xPub, xSub);
        }
        else
        {
            zeek = ZeekProgram.Node(script, xPub, xSub, _directory);
        }

        using (zeek)
        {
            await using var client = new ZeekClient(cluster.Options);
            client.Subscribe("echo.from.");
            await client.StartAsync(Wait.Token);
            await client.WaitForSubscriberAsync("echo.to.", Wait.Token);
            await using var replies = client.ReadAllRawAsync(Wait.Token).GetAsyncEnumerator(Wait.Token);

            // Zeek may not yet know of the subscription when the first event comes: ask until it answers.
            var sent = Events().ToList();
            var probe = new ZeekEvent("Echo::e_string", ZeekValue.FromString("probe"));
            using var asking = new Timer(_ => client.Publish("echo.to.", probe), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
            await replies.MoveNextAsync();
            await asking.DisposeAsync();
            foreach (var e in sent)
            {
                var bytes = ZeekWire.Encode(e);
                Assert.Equal(PublishResult.Sent, client.Publish("echo.to.", e));
                do
                    Assert.True(await replies.MoveNextAsync());
                while (replies.Current.Decode().Event == probe);
                Assert.True(bytes.AsSpan().SequenceEqual(replies.Current.Payload.Span), $"{e} came back as {replies.Current.Decode().Event}, {Hex(bytes)} as {Hex(replies.Current.Payload.Span)}");
            }

            Assert.Empty(client.Statistics.Undecodable);
            client.Publish("echo.to.", new ZeekEvent("Echo::e_done"));
            Assert.Equal(0, await zeek.EndAsync());
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, 200)]);
}
