namespace MailScanBridge.Zeek;

/// <summary>
/// An event's arguments, or a record's fields, are not those of the C# type: both sides must have the same number, in the same order, of the same types. Zeek
/// tells its own users the same in its reporter log.
/// </summary>
public sealed class ZeekSchemaException : ZeekException
{
    internal ZeekSchemaException(string? eventName, string type, string field, string expected, string actual)
        : base($"{(eventName is null || eventName == type ? "" : $"Event {eventName}: ")}{type}, field {field}: {expected} belongs here, but {actual} came.")
    {
        Event = eventName;
        Type = type;
        Field = field;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The event's name; null where a record was decoded on its own.</summary>
    public string? Event { get; }

    /// <summary>The event, or the record inside it, that does not fit.</summary>
    public string Type { get; }

    /// <summary>The field's or argument's name in Zeek.</summary>
    public string Field { get; }

    /// <summary>The type that belongs there, in Zeek's words.</summary>
    public string Expected { get; }

    /// <summary>What came: a kind, or that nothing came.</summary>
    public string Actual { get; }

    internal ZeekSchemaException In(string eventName) => new(eventName, Type, Field, Expected, Actual);
}
