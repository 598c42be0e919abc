using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>A peer that receives: its messages to the hub are subscriptions.</summary>
internal sealed class HubSubscriber(Socket socket, HubRouter router, ZeekHubOptions options) : HubPeer(socket, router, options)
{
    private static readonly byte[] OwnReady = ZmtpReady.Create("XPUB"u8);

    /// <summary>The topics it subscribes to; owned by the router's lock.</summary>
    public HubTopics Topics { get; } = new(options);

    protected override ReadOnlyMemory<byte> Ready => OwnReady;

    protected override bool Accepts(ReadOnlySpan<byte> socketType) => socketType.SequenceEqual("XSUB"u8) || socketType.SequenceEqual("SUB"u8);

    protected override void Join() => Router.Add(this);

    protected override void Leave() => Router.Remove(this);

    protected override HubPeerEnd? Take(InboundBuffer inbound)
    {
        ZmtpLook look;
        while ((look = inbound.LookForMessage(out var length, out var first)) == ZmtpLook.Complete)
        {
            if (!TryTake(first, first.Body(inbound.Unread)))
                return HubPeerEnd.TooManyTopics;
            inbound.Consume(length);
        }

        return look == ZmtpLook.Incomplete ? null : HubPeerEnd.BadFrame;
    }

    // As messages: a byte 1 or 0, then the topic (ZMTP 3.0). As commands: SUBSCRIBE or CANCEL, then the topic (3.1, https://rfc.zeromq.org/spec/37/).
    // libzmq sends the first to a peer that greets as 3.0; anything else is left alone, as newer versions may say what this one does not know.
    private bool TryTake(ZmtpFrame frame, ReadOnlySpan<byte> body)
    {
        if (frame.IsCommand)
        {
            if (body.StartsWith("\u0009SUBSCRIBE"u8))
                return Router.TrySubscribe(this, body[10..], on: true);
            if (body.StartsWith("\u0006CANCEL"u8))
                return Router.TrySubscribe(this, body[7..], on: false);
        }
        else if (body.Length > 0 && body[0] <= 1)
        {
            return Router.TrySubscribe(this, body[1..], on: body[0] == 1);
        }

        return true;
    }
}
