using System.Collections.Concurrent;
using System.Text;
using NetMQ;
using NetMQ.Sockets;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>A hub with CURVE, as Zeek's proxy is one, made of NetMQ's sockets.</summary>
internal sealed class CurveHub : IDisposable
{
    private readonly XPublisherSocket _xPub = new();
    private readonly XSubscriberSocket _xSub = new();
    private readonly NetMQPoller _poller;

    public CurveHub(NetMQCertificate server)
    {
        PublicKey = server.PublicKeyZ85;
        _xPub.Options.XPubVerbose = true;
        foreach (NetMQSocket socket in new NetMQSocket[] { _xPub, _xSub })
        {
            socket.Options.CurveServer = true;
            socket.Options.CurveCertificate = server;

            // With a mark it would drop what a subscriber does not take in time; Zeek's proxy waits instead.
            socket.Options.SendHighWatermark = 0;
        }

        XPub = "tcp://127.0.0.1:" + _xPub.BindRandomPort("tcp://127.0.0.1");
        XSub = "tcp://127.0.0.1:" + _xSub.BindRandomPort("tcp://127.0.0.1");
        _poller = [_xPub, _xSub];
        _xPub.ReceiveReady += (_, _) => Forward(_xPub, _xSub, topic => Topics.Enqueue(topic));
        _xSub.ReceiveReady += (_, _) => Forward(_xSub, _xPub);
        _poller.RunAsync();
    }

    public string XPub { get; }

    public string XSub { get; }

    public string PublicKey { get; }

    /// <summary>Every topic that someone subscribed to.</summary>
    public ConcurrentQueue<string> Topics { get; } = new();

    public void Dispose()
    {
        _poller.Dispose();
        _xPub.Dispose();
        _xSub.Dispose();
    }

    private static void Forward(NetMQSocket from, NetMQSocket to, Action<string>? seen = null)
    {
        var message = new Msg();
        message.InitEmpty();
        while (from.TryReceive(ref message, TimeSpan.Zero))
        {
            var more = message.HasMore;
            if (message.Size > 0)
                seen?.Invoke(Encoding.UTF8.GetString(message.Slice(1)));
            to.TrySend(ref message, TimeSpan.Zero, more);
        }

        message.Close();
    }
}
