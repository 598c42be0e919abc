using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>A peer that publishes: the hub's messages to it are subscriptions.</summary>
internal sealed class HubPublisher(Socket socket, HubRouter router, ZeekHubOptions options) : HubPeer(socket, router, options)
{
    private static readonly byte[] OwnReady = ZmtpReady.Create("XSUB"u8);

    protected override ReadOnlyMemory<byte> Ready => OwnReady;

    protected override bool Accepts(ReadOnlySpan<byte> socketType) => socketType.SequenceEqual("XPUB"u8) || socketType.SequenceEqual("PUB"u8);

    protected override void Join() => Router.Add(this);

    protected override void Leave() => Router.Remove(this);

    protected override HubPeerEnd? Take(InboundBuffer inbound) => Router.Forward(inbound) ? null : HubPeerEnd.BadFrame;

    /// <summary>Gives it a notice of a subscription. One that does not read until there is no room for it is cut off: it would go on with a wrong list of topics.</summary>
    public bool TryTell(byte[] notice)
    {
        if (Outbound.TryAddVital(notice))
            return true;
        Cut(HubPeerEnd.NoticesNotTaken);
        return false;
    }
}
