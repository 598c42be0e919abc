using System.Buffers.Binary;
using MailScanBridge.Zeek.Telemetry;

namespace MailScanBridge.Zeek.Transport;

// What goes out, and the echoes that prove that it passed the hub.
//
// That a socket took an event says nothing: a hub whose queue is full drops it later, and so may ZeroMQ on the way. Instead the client sends itself a numbered echo through the hub every
// so many events: messages of one sender stay in order, so an echo that came back has all events before it through the hub. No more than a window of events is under way without one;
// beyond that they wait in the send queue, whose limit the publisher is told of.
internal sealed partial class ClientLoop
{
    private static readonly TimeSpan EchoSoon = TimeSpan.FromMilliseconds(200);

    // An event like any other, in case someone subscribes to everything: a Zeek node without a handler ignores it, a broken one would harm it.
    private static readonly byte[] EchoEvent = ZeekWire.Encode(new ZeekEvent("ZeekClient::echo", ZeekValue.FromCount(0)));

    // Bytes beyond which what a hub does not take waits in the send queue, whose bound the publisher is told of.
    private const long MostUnsent = 4 * 1024 * 1024;

    private long _linkSent;
    private long _linkConfirmed;
    private long _lastEcho;
    private long _lastEchoSentAt;
    private long _lastEchoSeenAt;

    private void BeginEchoes()
    {
        _linkSent = _linkConfirmed = _lastEcho = 0;
        _lastEchoSentAt = _lastEchoSeenAt = _time.GetTimestamp();
    }

    private bool Send(IHubLink link)
    {
        if (!_up)
            return false;
        var echoEvery = Math.Min(_options.SendWindow / 4, 128);
        var sent = 0;
        while (sent < Batch && _linkSent - _linkConfirmed < _options.SendWindow && link.Unsent < MostUnsent && _sendQueue.TryTake(out var topic, out var payload))
        {
            _linkSent++;
            link.Send(topic, payload);
            sent++;
            if (_linkSent - _lastEcho >= echoEvery)
                SendEcho(link);
        }

        ClientCounters.Add(ref _counters.Sent, sent);
        var sinceEcho = _time.GetElapsedTime(_lastEchoSentAt, _lastTurn);
        if (sinceEcho >= _options.Heartbeat || (_linkSent > _lastEcho && sinceEcho >= EchoSoon))
            SendEcho(link);
        return sent > 0;
    }

    private void SendEcho(IHubLink link)
    {
        _lastEcho = _linkSent;
        _lastEchoSentAt = _time.GetTimestamp();
        var payload = (byte[])EchoEvent.Clone();
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(^8..), _linkSent);
        link.Send(_presence, payload);
    }

    private void OnEcho(ReadOnlySpan<byte> payload)
    {
        // Only this client knows the topic, but anyone may read it from the hub: a number that was never sent is no echo.
        if (payload.Length != EchoEvent.Length)
            return;
        var number = BinaryPrimitives.ReadInt64BigEndian(payload[^8..]);
        if (number < _linkConfirmed || number > _lastEcho)
            return;
        ClientCounters.Add(ref _counters.Confirmed, number - _linkConfirmed);
        _linkConfirmed = number;
        _lastEchoSeenAt = _time.GetTimestamp();
    }

    private string? WhyEchoesAreLate() =>
        _time.GetElapsedTime(_lastEchoSeenAt) > _options.HeartbeatTimeout ? "no echo came back in time" : null;
}
