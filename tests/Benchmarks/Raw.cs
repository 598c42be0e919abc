using System.Diagnostics;
using System.Text;
using MailScanBridge.Zeek;
using NetMQ;
using NetMQ.Sockets;

namespace Benchmarks;

/// <summary>What NetMQ's sockets do alone: frames made beforehand, nothing encoded, decoded, counted or queued.</summary>
internal static class Raw
{
    public static (Rate Rate, Trips Trips) Run(string xPub, string xSub, ZeekCurveKeys? keys, int events, int warmup, int roundTrips)
    {
        using var receive = Connect(new XSubscriberSocket(), xPub, keys, "raw.");
        using var send = Connect(new XPublisherSocket(), xSub, keys, null);
        using var receiveBack = Connect(new XSubscriberSocket(), xPub, keys, "back.");
        WaitFor(send, "raw.", "back.");
        byte[][] frames = [Encoding.UTF8.GetBytes("raw."), "zeromq_benchmark_host_1234_abcdef"u8.ToArray(), "broker-bin-v1"u8.ToArray(), ZeekWire.Encode(Payloads.FileRequest)];
        var rate = Throughput(send, receive, frames, events, warmup);
        return (rate, RoundTrips(send, receive, receiveBack, frames, roundTrips, xSub, keys));
    }

    private static Rate Throughput(XPublisherSocket send, XSubscriberSocket receive, byte[][] frames, int events, int warmup)
    {
        var total = events + warmup;
        var watch = new RateWatch();
        var receiving = new Thread(() =>
        {
            var message = new Msg();
            message.InitEmpty();
            for (var count = 1; count <= total; count++)
            {
                do
                    receive.Receive(ref message);
                while (message.HasMore);
                if (count == warmup)
                    watch.Start();
            }

            watch.Stop();
            message.Close();
        });
        receiving.Start();
        for (var i = 0; i < total; i++)
            Send(send, frames);
        receiving.Join();
        return watch.Of(events);
    }

    private static Trips RoundTrips(XPublisherSocket send, XSubscriberSocket receive, XSubscriberSocket receiveBack, byte[][] frames, int count, string xSub, ZeekCurveKeys? keys)
    {
        var answering = new Thread(() =>
        {
            using var answer = Connect(new XPublisherSocket(), xSub, keys, null);
            WaitFor(answer, "back.");
            byte[][] back = [Encoding.UTF8.GetBytes("back."), .. frames.Skip(1)];
            var message = new Msg();
            message.InitEmpty();
            Send(answer, back);
            for (var i = 0; i < count; i++)
            {
                do
                    receive.Receive(ref message);
                while (message.HasMore);
                Send(answer, back);
            }

            message.Close();
        });
        answering.Start();
        var got = new Msg();
        got.InitEmpty();
        var times = new List<double>();
        for (var i = 0; i <= count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            if (i > 0)
                Send(send, frames);
            do
                receiveBack.Receive(ref got);
            while (got.HasMore);
            if (i > 0)
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }

        got.Close();
        answering.Join();
        return Trips.Of(times);
    }

    private static void Send(XPublisherSocket socket, byte[][] frames)
    {
        for (var i = 0; i < frames.Length; i++)
        {
            var message = new Msg();
            message.InitGC(frames[i], frames[i].Length);
            socket.TrySend(ref message, TimeSpan.Zero, more: i < frames.Length - 1);
            message.Close();
        }
    }

    private static T Connect<T>(T socket, string endpoint, ZeekCurveKeys? keys, string? topic)
        where T : NetMQSocket
    {
        if (keys is not null)
        {
            socket.Options.CurveServerCertificate = NetMQCertificate.FromPublicKey(keys.ServerPublicKey);
            socket.Options.CurveCertificate = new NetMQCertificate(keys.ClientSecretKey, keys.ClientPublicKey);
        }

        // Without a mark nothing is dropped, which would be the faster but the wrong thing.
        socket.Options.SendHighWatermark = 0;
        socket.Connect(endpoint);
        if (topic is not null)
            socket.SendFrame([1, .. Encoding.UTF8.GetBytes(topic)]);
        return socket;
    }

    private static void WaitFor(XPublisherSocket socket, params string[] topics)
    {
        var missing = topics.ToHashSet();
        while (missing.Count > 0)
            missing.Remove(Encoding.UTF8.GetString(socket.ReceiveFrameBytes().AsSpan(1)));
    }
}

/// <summary>A hub of NetMQ's sockets with CURVE.</summary>
internal sealed class NetMqHub : IDisposable
{
    private readonly XPublisherSocket _xPub = new();
    private readonly XSubscriberSocket _xSub = new();
    private readonly NetMQPoller _poller;

    public NetMqHub(NetMQCertificate server)
    {
        _xPub.Options.XPubVerbose = true;
        foreach (NetMQSocket socket in new NetMQSocket[] { _xPub, _xSub })
        {
            socket.Options.CurveServer = true;
            socket.Options.CurveCertificate = server;
            socket.Options.SendHighWatermark = 0;
        }

        XPub = "tcp://127.0.0.1:" + _xPub.BindRandomPort("tcp://127.0.0.1");
        XSub = "tcp://127.0.0.1:" + _xSub.BindRandomPort("tcp://127.0.0.1");
        _poller = [_xPub, _xSub];
        _xPub.ReceiveReady += (_, _) => Forward(_xPub, _xSub);
        _xSub.ReceiveReady += (_, _) => Forward(_xSub, _xPub);
        _poller.RunAsync();
    }

    public string XPub { get; }

    public string XSub { get; }

    public void Dispose()
    {
        _poller.Dispose();
        _xPub.Dispose();
        _xSub.Dispose();
    }

    private static void Forward(NetMQSocket from, NetMQSocket to)
    {
        var message = new Msg();
        message.InitEmpty();
        for (var i = 0; i < 1000 && from.TryReceive(ref message, TimeSpan.Zero); i++)
        {
            var more = message.HasMore;
            to.TrySend(ref message, TimeSpan.Zero, more);
        }

        message.Close();
    }
}
