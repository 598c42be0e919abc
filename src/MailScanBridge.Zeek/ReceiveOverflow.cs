namespace MailScanBridge.Zeek;

/// <summary>What is dropped when events come in faster than they are read and the receive queue is full. Drops are counted per topic either way.</summary>
public enum ReceiveOverflow
{
    /// <summary>The event that just came in. What is in the queue stays, so that events read are without gaps up to the overflow.</summary>
    DropNewest,

    /// <summary>The oldest event in the queue. For state that later events replace.</summary>
    DropOldest,
}
