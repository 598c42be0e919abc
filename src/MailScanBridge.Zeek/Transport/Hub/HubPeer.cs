using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>One connection to the hub: the handshake, a loop that reads and one that writes.</summary>
internal abstract class HubPeer(Socket socket, HubRouter router, ZeekHubOptions options)
{
    private static readonly byte[] Greeting = ZmtpGreeting.Create("NULL"u8);

    private volatile HubPeerEnd _cut = HubPeerEnd.Closed;
    private readonly InboundBuffer _inbound = new(options.MaxMessageBytes);

    public OutboundBuffer Outbound { get; } = new(options.SubscriberQueueCapacity, options.SubscriberQueueBytes);

    protected HubRouter Router { get; } = router;

    /// <summary>The READY command with the hub's own kind of socket.</summary>
    protected abstract ReadOnlyMemory<byte> Ready { get; }

    /// <summary>Tells whether this kind of socket belongs here.</summary>
    protected abstract bool Accepts(ReadOnlySpan<byte> socketType);

    /// <summary>Joins the router: from here on messages go both ways.</summary>
    protected abstract void Join();

    /// <summary>Leaves the router; called whether it joined or not.</summary>
    protected abstract void Leave();

    /// <summary>Takes all whole messages at the start of the bytes that came; says why where the peer must not go on.</summary>
    protected abstract HubPeerEnd? Take(InboundBuffer inbound);

    /// <summary>Ends the connection from outside, by any thread.</summary>
    protected void Cut(HubPeerEnd why)
    {
        _cut = why;
        socket.Dispose();
    }

    /// <summary>Runs the connection until it ends, for whatever reason.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<HubPeerEnd> RunAsync(TimeProvider time, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task? writing = null;
        try
        {
            socket.NoDelay = true;
            if (!await ShakeHandsAsync(time, ended.Token).ConfigureAwait(false))
                return HubPeerEnd.BadHandshake;
            writing = WriteAsync(ended.Token);
            Join();
            do
            {
                if (Take(_inbound) is { } end)
                    return end;
            }
            while (await _inbound.FillAsync(socket, ended.Token).ConfigureAwait(false));

            return _inbound.Unread.IsEmpty ? HubPeerEnd.Closed : HubPeerEnd.BadFrame;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return _cut;
        }
        finally
        {
            Leave();
            await ended.CancelAsync().ConfigureAwait(false);
            socket.Dispose();
            if (writing is not null)
                await writing.ConfigureAwait(false);
        }
    }

    private async Task<bool> ShakeHandsAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await SendAllAsync(Greeting, either.Token).ConfigureAwait(false);

            // A peer of version 1 or 2 sends no 64 bytes, so each stage is checked as soon as its bytes are there.
            if (!await HasAsync(1, either.Token).ConfigureAwait(false) || _inbound.Unread[0] != ZmtpGreeting.FirstByte)
                return false;
            if (!await HasAsync(ZmtpGreeting.SignatureLength, either.Token).ConfigureAwait(false) || !ZmtpGreeting.IsSignature(_inbound.Unread))
                return false;
            if (!await HasAsync(ZmtpGreeting.MechanismAt, either.Token).ConfigureAwait(false) || _inbound.Unread[ZmtpGreeting.VersionAt] < 3)
                return false;
            if (!await HasAsync(ZmtpGreeting.Length, either.Token).ConfigureAwait(false) || !HasNullMechanism())
                return false;
            _inbound.Consume(ZmtpGreeting.Length);
            await SendAllAsync(Ready, either.Token).ConfigureAwait(false);
            return await TakeReadyAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return false;
        }
    }

    private bool HasNullMechanism() =>
        ZmtpGreeting.IsMechanism(_inbound.Unread.Slice(ZmtpGreeting.MechanismAt, ZmtpGreeting.MechanismLength), "NULL"u8);

    private async Task<bool> TakeReadyAsync(CancellationToken cancellationToken)
    {
        ZmtpFrame frame;
        ZmtpLook look;
        while ((look = ZmtpFrame.Look(_inbound.Unread, MaxReadyBytes, out frame)) == ZmtpLook.Incomplete)
        {
            if (!await _inbound.FillAsync(socket, cancellationToken).ConfigureAwait(false))
                return false;
        }

        if (look == ZmtpLook.Broken || !frame.IsCommand || !ZmtpReady.TryRead(frame.Body(_inbound.Unread), out var socketType) || !Accepts(socketType))
            return false;
        _inbound.Consume(frame.Length);
        return true;
    }

    private async ValueTask<bool> HasAsync(int count, CancellationToken cancellationToken)
    {
        while (_inbound.Unread.Length < count)
        {
            if (!await _inbound.FillAsync(socket, cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
                await SendAllAsync(await Outbound.TakeAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The reading loop sees the same end, and says why; closing makes sure that it does.
            socket.Dispose();
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
    }

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private const int MaxReadyBytes = 8 * 1024;
}

/// <summary>Why a connection to the hub ended.</summary>
internal enum HubPeerEnd
{
    /// <summary>The peer, or the hub as it stops, closed it.</summary>
    Closed,

    /// <summary>It did not begin as ZMTP 3 with the NULL mechanism and the right kind of socket.</summary>
    BadHandshake,

    /// <summary>It sent something that is no ZMTP, or a message too large.</summary>
    BadFrame,

    /// <summary>It subscribed to a topic too long, or to too many.</summary>
    TooManyTopics,

    /// <summary>It publishes, but did not read who subscribes to what.</summary>
    NoticesNotTaken,

    /// <summary>The hub itself failed over it.</summary>
    Failed,
}
