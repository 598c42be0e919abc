namespace MailScanBridge;

/// <summary>A node from one start to its end: its stable name and its incarnation.</summary>
public readonly record struct NodeLife(string Node, ulong Incarnation)
{
    /// <summary>The life that a request belongs to.</summary>
    public static NodeLife Of(RequestKey key) => new(key.Node, key.Incarnation);
}
