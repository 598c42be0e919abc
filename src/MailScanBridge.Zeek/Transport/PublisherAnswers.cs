namespace MailScanBridge.Zeek.Transport;

/// <summary>Barriers at the publishers that are still to be passed, and who has answered. The loop looks here before it queues a message.</summary>
/// <remarks>Thread safety: all members by any thread.</remarks>
internal sealed class PublisherAnswers
{
    public const string AskTopic = "zeek-client.barrier.ask.";
    public const string AskEvent = "ZeekClient::barrier_ask";
    public const string AnswerPrefix = "zeek-client.barrier.answer.";
    public const string AnswerEvent = "ZeekClient::barrier_answer";

    // Answers come from the wire: no more are kept than a cluster has nodes.
    private const int MaxAnswers = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Barrier> _open = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Opens a barrier whose answers come to a topic that nobody else uses.</summary>
    public Barrier Open(string topic, long epoch)
    {
        var barrier = new Barrier(epoch);
        lock (_lock)
        {
            _open.Add(topic, barrier);
            Volatile.Write(ref _count, _open.Count);
        }

        return barrier;
    }

    public void Close(string topic)
    {
        lock (_lock)
        {
            _open.Remove(topic);
            Volatile.Write(ref _count, _open.Count);
        }
    }

    /// <summary>Takes a message that answers; false where it is none.</summary>
    public bool TryTake(string topic, string sender, byte[] payload, long epoch)
    {
        if (Volatile.Read(ref _count) == 0 || !topic.StartsWith(AnswerPrefix, StringComparison.Ordinal))
            return false;
        lock (_lock)
        {
            if (!_open.TryGetValue(topic, out var barrier))
                return false;
            try
            {
                if (ZeekWire.DecodeEvent(payload) is { Name: AnswerEvent, Args: [{ Kind: ZeekKind.String } node, ..] })
                {
                    barrier.Add(sender, node.AsString(), epoch);
                    return true;
                }
            }
            catch (ZeekWireException)
            {
                // Whoever reads the queue counts and logs it.
            }

            return false;
        }
    }

    /// <summary>Who has answered over one connection.</summary>
    internal sealed class Barrier(long connection)
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
        private TaskCompletionSource _changed = NewSignal();

        /// <summary>Completes at the next answer; take it before looking.</summary>
        public Task NextChange
        {
            get
            {
                lock (_lock)
                    return _changed.Task;
            }
        }

        /// <summary>The names of those who answered; a name stands once for each process that has it.</summary>
        public IReadOnlyList<string> Nodes
        {
            get
            {
                lock (_lock)
                    return [.. _nodes.Values];
            }
        }

        public void Add(string sender, string node, long epoch)
        {
            lock (_lock)
            {
                if (epoch != connection || _nodes.Count >= MaxAnswers || !_nodes.TryAdd(sender, node))
                    return;
                var changed = _changed;
                _changed = NewSignal();
                changed.SetResult();
            }
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
