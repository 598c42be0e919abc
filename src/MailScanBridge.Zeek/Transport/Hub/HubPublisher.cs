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

    protected override bool Take(InboundBuffer inbound) => Router.Forward(inbound);
}
