using MailScanBridge.Zeek.Telemetry;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

// What comes in. A message is exactly four parts: topic, node id, name of the serializer, payload (Z:src/cluster/backend/zeromq/ZeroMQ.cc, 8.2.2).
internal sealed partial class ClientLoop : IFrameSink
{
    private IHubLink? _link;
    private bool _overflowLogged;
    private bool _twinLogged;

    public void OnMessage(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> serializer, ReadOnlySpan<byte> payload)
    {
        if (sender.SequenceEqual(_nodeIdBytes))
        {
            // The hub sends a client its own messages too.
            if (topic.SequenceEqual(_presence))
                OnEcho(payload);
            else
                ClientCounters.Add(ref _counters.OwnSkipped);
            return;
        }

        ClientCounters.Add(ref _counters.Received);
        ClientCounters.Add(ref _counters.ReceivedBytes, payload.Length);
        if (!serializer.SequenceEqual(ZeekWire.SerializerBytes))
        {
            Undecodable("serializer", sender, "the format is not " + ZeekWire.Serializer);
            return;
        }

        var message = new ReceivedMessage(NameCache.Get(topic), NameCache.Get(sender), payload.ToArray(), _up ? _epoch : _epoch + 1);
        if (_replies.TryComplete(message.Topic, message.Sender, message.Payload, message.Epoch)
            || _publisherAnswers.TryTake(message.Topic, message.Sender, message.Payload, message.Epoch))
        {
            return;
        }

        if (!_receiveQueue.Add(message) && !_overflowLogged)
        {
            _overflowLogged = true;
            Log.Overflow(_logger, Printable.Text(topic));
        }
    }

    // One of the two connections may end before the other, or before all that came on it is read: what is here is still taken, for no longer than a moment.
    private void TakeTheRest(IHubLink link)
    {
        var begun = _time.GetTimestamp();
        while (link.Lost && link.TryReceive(this) && _time.GetElapsedTime(begun) < TimeSpan.FromSeconds(1))
        {
            // Each is handed on as it comes.
        }
    }

    public void OnWrongParts(int parts, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> sender)
    {
        ClientCounters.Add(ref _counters.Received);
        Undecodable("part-count", sender, "it has not four parts");
    }

    public void OnNotice(ReadOnlySpan<byte> topic, bool on)
    {
        if (topic.SequenceEqual(_presence))
        {
            if (on && !_up)
                BecomeUp();
            else if (!on && _up)
                _presenceGone = true;
            return;
        }

        // These are barriers, of this client or another's; no event is ever published to them.
        if (topic.StartsWith("zeek.zeromq.internal."u8))
        {
            if (on && topic.StartsWith(_nodePrefix) && !topic.StartsWith(_internalPrefix) && !_twinLogged)
            {
                _twinLogged = true;
                Log.Twin(_logger, _nodeId);
            }

            if (on && _link is { } link && _barriers.Count > 0)
                PassBarrier(link, topic.ToArray());
            return;
        }

        if (!_directory.Set(topic, on))
            Log.TopicsNotKept(_logger, _options.KnownTopicsBytes);
    }

    private void Undecodable(string kind, ReadOnlySpan<byte> sender, string reason)
    {
        if (_counters.CountUndecodable(kind))
            Log.Undecodable(_logger, Printable.Text(sender), kind, reason);
    }
}
