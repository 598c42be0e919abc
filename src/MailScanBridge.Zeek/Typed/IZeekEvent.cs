namespace MailScanBridge.Zeek;

/// <summary>A typed event; written by the generator for records with <see cref="ZeekEventAttribute"/>.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IZeekEvent<TSelf>
    where TSelf : IZeekEvent<TSelf>
{
    /// <summary>The event's name with its module.</summary>
    static abstract string EventName { get; }

    /// <summary>The event's arguments, in order.</summary>
    static abstract IReadOnlyList<ZeekFieldInfo> Fields { get; }

    /// <summary>Reads the vector of arguments.</summary>
    /// <param name="reader">The reader, before the vector.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ZeekSchemaException">An argument is missing or of another type.</exception>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    static abstract TSelf ReadArgs(ref ZeekReader reader);

    /// <summary>Writes the vector of arguments.</summary>
    /// <param name="writer">The writer.</param>
    void WriteArgs(ref ZeekWriter writer);
}

/// <summary>A typed Zeek record; written by the generator for records with <see cref="ZeekRecordAttribute"/>.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IZeekRecord<TSelf>
    where TSelf : IZeekRecord<TSelf>
{
    /// <summary>The record's fields, in order.</summary>
    static abstract IReadOnlyList<ZeekFieldInfo> Fields { get; }

    /// <summary>Reads the record.</summary>
    /// <param name="reader">The reader, before the vector of fields.</param>
    /// <returns>The record.</returns>
    /// <exception cref="ZeekSchemaException">A field is missing or of another type.</exception>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    static abstract TSelf Read(ref ZeekReader reader);

    /// <summary>Writes the record.</summary>
    /// <param name="writer">The writer.</param>
    void Write(ref ZeekWriter writer);

    /// <summary>Adds what the record's equality compares to a hash, where it is a key in a large set or table; not for use by hand.</summary>
    /// <param name="hash">The hash.</param>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    void AddTo(ref ZeekKeyHash hash) => hash.Add((long)GetHashCode());
}

/// <summary>One field of a typed record or argument of a typed event, as Zeek would declare it.</summary>
/// <param name="Name">The name in Zeek.</param>
/// <param name="Type">The type in Zeek's words, such as <c>vector of string</c>; a record by the name of its C# type.</param>
/// <param name="Optional">Whether it is <c>&amp;optional</c>.</param>
public sealed record ZeekFieldInfo(string Name, string Type, bool Optional);

/// <summary>Methods called for events; written by the generator for classes whose methods have <see cref="ZeekEventAttribute"/>.</summary>
public interface IZeekHandler
{
    /// <summary>The names of the events that it has methods for; null where it does not tell, and is offered whatever has no other reader.</summary>
    IReadOnlyCollection<string>? EventNames => null;

    /// <summary>Calls the method for an event.</summary>
    /// <param name="e">The event, not yet decoded.</param>
    /// <param name="cancellationToken">Handed to methods that take one.</param>
    /// <returns>False where no method is for an event of this name.</returns>
    /// <exception cref="ZeekSchemaException">The event's arguments are not those of the method.</exception>
    ValueTask<bool> HandleAsync(ZeekRawEvent e, CancellationToken cancellationToken);
}
