namespace MailScanBridge.Zeek.Transport;

/// <summary>Messages that wait for the same readers, in the order in which they came in: those of one event's name, or all that no reader has named.</summary>
/// <remarks>Thread safety: none; the queue's lock guards it.</remarks>
internal sealed class ReceiveLane
{
    // An array that a burst made larger is let go once it is empty.
    private const int KeptItems = 1024;

    private (long Number, ReceivedMessage Message)[] _items = [];
    private int _first;

    /// <summary>How many readers there are now that named it.</summary>
    public int Readers { get; set; }

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The number of the oldest message, by which lanes are read in order; there must be one.</summary>
    public long FirstNumber => _items[_first].Number;

    public void Add(long number, in ReceivedMessage message)
    {
        if (Count == _items.Length)
            Grow();
        _items[At(Count++)] = (number, message);
        Bytes += message.Size;
    }

    public ReceivedMessage TakeOldest()
    {
        var message = Take(_first);
        _first = At(1);
        Shrink();
        return message;
    }

    public ReceivedMessage TakeNewest()
    {
        var message = Take(At(Count - 1));
        Shrink();
        return message;
    }

    /// <summary>Moves the messages for which this holds to another lane; in both the order stays.</summary>
    public void MoveTo(ReceiveLane other, Func<byte[], bool> belongs)
    {
        var count = Count;
        for (var i = 0; i < count; i++)
        {
            var number = FirstNumber;
            var message = Take(_first);
            _first = (_first + 1) % _items.Length;
            Count--;
            (belongs(message.Payload) ? other : this).Add(number, message);
        }
    }

    private ReceivedMessage Take(int at)
    {
        var message = _items[at].Message;
        _items[at] = default;
        Bytes -= message.Size;
        return message;
    }

    private void Shrink()
    {
        if (--Count == 0 && _items.Length > KeptItems)
            (_items, _first) = ([], 0);
    }

    private void Grow()
    {
        var items = new (long, ReceivedMessage)[Math.Max(16, _items.Length * 2)];
        for (var i = 0; i < Count; i++)
            items[i] = _items[At(i)];
        (_items, _first) = (items, 0);
    }

    private int At(int offset) => (_first + offset) % _items.Length;
}
