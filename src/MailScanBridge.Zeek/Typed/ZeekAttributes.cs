namespace MailScanBridge.Zeek;

/// <summary>
/// On a partial record: its constructor's parameters (without a primary constructor, its public properties with <c>set</c> or <c>init</c>) are the arguments of a Zeek event, in
/// order, and the generator writes the code that encodes and decodes it. On a method of a partial class: the method is called for each such event; its parameters are the arguments, or the one typed event.
/// </summary>
/// <remarks>
/// <para>How types map: <c>bool</c>; <c>ulong</c>, <c>uint</c>, <c>ushort</c> to count; <c>long</c>, <c>int</c> to int; <c>double</c>; <c>string</c> to a string as text, <c>byte[]</c> or
/// <c>ReadOnlyMemory&lt;byte&gt;</c> to a string as bytes; <c>IPAddress</c> to addr; <see cref="ZeekSubnet"/>; <see cref="ZeekPort"/>; <c>DateTimeOffset</c> to time; <c>TimeSpan</c> to
/// interval; an enum with <see cref="ZeekEnumAttribute"/>; a record with <see cref="ZeekRecordAttribute"/>; <c>T[]</c>, <c>List&lt;T&gt;</c>, <c>IReadOnlyList&lt;T&gt;</c> to vector;
/// <c>HashSet&lt;T&gt;</c>, <c>IReadOnlySet&lt;T&gt;</c> to set; <c>Dictionary&lt;K,V&gt;</c>, <c>IReadOnlyDictionary&lt;K,V&gt;</c> to table; a tuple to a compound index; <see cref="ZeekValue"/> to any.
/// A nullable type is an <c>&amp;optional</c> field.</para>
/// <para>What a type cannot hold is lost: a <c>string</c> has U+FFFD for each byte that is no UTF-8, <c>TimeSpan</c> and <c>DateTimeOffset</c> end at 100 ns. <c>byte[]</c> keeps all
/// bytes, and <see cref="ZeekValue"/> all bytes and nanoseconds, also in sets and as keys. Items of a set that differ only in what is lost become one; of a table's pairs whose keys do,
/// the first that came stays (Zeek sends them in the order of the keys' bytes). Items and keys that are the same on the wire are refused, as Zeek refuses the message.</para>
/// <para>Sets and tables of more than 32 items may have a comparer of their own, which finds the same but whose hashes nobody outside can foresee.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Method)]
public sealed class ZeekEventAttribute : Attribute
{
    /// <summary>Names the event.</summary>
    /// <param name="name">The name with its module, such as <c>Mail::thing</c>.</param>
    public ZeekEventAttribute(string name) => Name = name;

    /// <summary>The name with its module.</summary>
    public string Name { get; }
}

/// <summary>On a partial record: its constructor's parameters, or else its settable properties, are the fields of a Zeek record, in order. How types map is told at <see cref="ZeekEventAttribute"/>.</summary>
/// <remarks>Further fields that a newer peer sends are passed over; a field that is missing is a <see cref="ZeekSchemaException"/>.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class ZeekRecordAttribute : Attribute;

/// <summary>
/// On a typed event or record, or a class whose methods are handlers: the most that its reader takes, checked before anything is allocated. What is beyond is a
/// <see cref="ZeekSchemaException"/> that names the field.
/// </summary>
/// <remarks>
/// Holds for the fields of this type, or the parameters of its methods, and what is in their vectors, sets and tables; not for records and typed events inside, which have limits of their
/// own. What is inside a <see cref="ZeekValue"/> is held to the client's <see cref="ZeekWireLimits"/> alone; how many there are in a vector, set or table is not. Anywhere else the
/// attribute would hold for nothing, and is an error when the program is built.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class ZeekLimitsAttribute : Attribute
{
    /// <summary>The most bytes of one string; unlimited unless given.</summary>
    public int MaxStringBytes { get; set; } = int.MaxValue;

    /// <summary>The most items of one vector, set or table; unlimited unless given.</summary>
    public int MaxItems { get; set; } = int.MaxValue;

    /// <summary>Whether a string that is read as text and is no UTF-8 is refused; unless given, U+FFFD stands for each byte that is not.</summary>
    public bool RejectInvalidUtf8 { get; set; }
}

/// <summary>On an enum: its members are those of a Zeek enum, by name.</summary>
[AttributeUsage(AttributeTargets.Enum)]
public sealed class ZeekEnumAttribute : Attribute
{
    /// <summary>Names the module.</summary>
    /// <param name="module">The Zeek module whose enum this is, such as <c>Notice</c>; empty for a global enum.</param>
    public ZeekEnumAttribute(string module) => Module = module;

    /// <summary>The Zeek module; empty for a global enum.</summary>
    public string Module { get; }
}

/// <summary>Gives a parameter or an enum's member another name in Zeek than its own in snake case (a parameter) or as it is (a member).</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ZeekNameAttribute : Attribute
{
    /// <summary>Gives the name.</summary>
    /// <param name="name">The name in Zeek; without the module for an enum's member.</param>
    public ZeekNameAttribute(string name) => Name = name;

    /// <summary>The name in Zeek.</summary>
    public string Name { get; }
}
