namespace MailScanBridge.Queue;

/// <summary>
/// What waits for a worker, handed out to each origin in turn, so that one that asks for much does not hold up the others; of one origin
/// in the order in which it came. Unbounded: what may wait is bounded where it is accepted. Safe for concurrent use.
/// </summary>
internal sealed class FairQueue<T>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<T>> _byOrigin = new(StringComparer.Ordinal);
    private readonly Queue<string> _turns = new();
    private readonly Queue<T> _first = new();
    private readonly SemaphoreSlim _items = new(0);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(string origin, T item)
    {
        lock (_lock)
        {
            if (!_byOrigin.TryGetValue(origin, out var own))
            {
                _byOrigin.Add(origin, own = new Queue<T>());
                _turns.Enqueue(origin);
            }

            own.Enqueue(item);
            _count++;
        }

        _items.Release();
    }

    /// <summary>Before everything else, whose ever it is.</summary>
    public void AddFirst(T item)
    {
        lock (_lock)
        {
            _first.Enqueue(item);
            _count++;
        }

        _items.Release();
    }

    /// <summary>The next item, once there is one.</summary>
    public async Task<T> TakeAsync(CancellationToken cancellationToken)
    {
        await _items.WaitAsync(cancellationToken);
        lock (_lock)
        {
            if (_first.TryDequeue(out var first))
            {
                _count--;
                return first;
            }

            var origin = _turns.Dequeue();
            var own = _byOrigin[origin];
            var item = own.Dequeue();
            _count--;
            if (own.Count > 0)
            {
                _turns.Enqueue(origin);
            }
            else
            {
                _byOrigin.Remove(origin);
            }

            return item;
        }
    }

    /// <summary>The foremost item of each origin; the one that has waited longest is among them.</summary>
    public IReadOnlyList<T> Foremost()
    {
        lock (_lock)
        {
            return [.. _first, .. _byOrigin.Values.Select(own => own.Peek())];
        }
    }
}
