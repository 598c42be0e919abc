namespace MailScanBridge.Zeek;

/// <summary>
/// What a <see cref="ZeekValue"/> holds. The numbers are the tag bytes of the wire format <c>broker-bin-v1</c>, and the order of the
/// numbers is the order in which Zeek sorts values of different kinds.
/// </summary>
/// <remarks>
/// Zeek's other types have no tag of their own: a record is a <see cref="Vector"/> of its fields by position (an unset field is
/// <see cref="None"/>), a pattern a vector of two strings, an opaque value a vector of its type's name and its state.
/// </remarks>
public enum ZeekKind : byte
{
    /// <summary>No value: an unset optional field of a record.</summary>
    None = 0,

    /// <summary>Zeek's <c>bool</c>.</summary>
    Boolean = 1,

    /// <summary>Zeek's <c>count</c>: 64 bits without sign.</summary>
    Count = 2,

    /// <summary>Zeek's <c>int</c>: 64 bits with sign.</summary>
    Integer = 3,

    /// <summary>Zeek's <c>double</c>.</summary>
    Real = 4,

    /// <summary>Zeek's <c>string</c>: any bytes, not always UTF-8.</summary>
    String = 5,

    /// <summary>Zeek's <c>addr</c>.</summary>
    Address = 6,

    /// <summary>Zeek's <c>subnet</c>.</summary>
    Subnet = 7,

    /// <summary>Zeek's <c>port</c>: a number with its transport protocol.</summary>
    Port = 8,

    /// <summary>Zeek's <c>time</c>: nanoseconds since 1970 on the wire.</summary>
    Time = 9,

    /// <summary>Zeek's <c>interval</c>: nanoseconds on the wire.</summary>
    Interval = 10,

    /// <summary>A value of a Zeek <c>enum</c>, by name, such as <c>Notice::Tally</c>.</summary>
    Enum = 11,

    /// <summary>Zeek's <c>set</c>.</summary>
    Set = 12,

    /// <summary>Zeek's <c>table</c>.</summary>
    Table = 13,

    /// <summary>Zeek's <c>vector</c>; also a record, a compound index, a pattern or an opaque value.</summary>
    Vector = 14,
}
