namespace MailScanBridge.Zeek;

/// <summary>The root of every exception that this library throws on its own account.</summary>
/// <remarks>
/// Sorted by who can act: <see cref="ZeekKindException"/>, the caller asked a value for what it is not;
/// <see cref="ZeekWireException"/>, the peer sent (or the caller built) bytes that are not <c>broker-bin-v1</c>;
/// <see cref="ZeekSchemaException"/>, the peer's declaration of an event and the C# type differ;
/// <see cref="ZeekPublishException"/>, an event that had to be sent was not, for now;
/// <see cref="ZeekHubException"/>, the hub cannot run as configured; <see cref="ZeekKeyException"/>, a key of CURVE cannot be used, both for whoever runs the program;
/// <see cref="ZeekRecordingException"/>, a file is no recording, or a damaged one. A caller's wrong argument is an <see cref="ArgumentException"/>.
/// </remarks>
public abstract class ZeekException : Exception
{
    private protected ZeekException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A <see cref="ZeekValue"/> was read as a kind that it is not.</summary>
public sealed class ZeekKindException : ZeekException
{
    internal ZeekKindException(ZeekKind expected, ZeekKind actual)
        : base($"The value is {Name(actual)}, not {Name(expected)}.")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The kind that was asked for.</summary>
    public ZeekKind Expected { get; }

    /// <summary>The kind that the value has.</summary>
    public ZeekKind Actual { get; }

    private static string Name(ZeekKind kind) => kind == ZeekKind.None ? "none (unset)" : kind.ToString().ToLowerInvariant();
}

/// <summary>Why bytes are not a value of <c>broker-bin-v1</c>, or cannot become one.</summary>
public enum ZeekWireError
{
    /// <summary>The bytes end inside a value.</summary>
    Truncated,

    /// <summary>Bytes are left after the value.</summary>
    TrailingBytes,

    /// <summary>A tag byte that names no type.</summary>
    UnknownTag,

    /// <summary>A length or count that needs more than 32 bits or five bytes.</summary>
    VarByteOverflow,

    /// <summary>A port with a protocol other than unknown, TCP, UDP or ICMP.</summary>
    BadPort,

    /// <summary>A subnet whose length does not fit its address.</summary>
    BadSubnet,

    /// <summary>A set with an element twice, or a table with a key twice; Zeek refuses the whole message too.</summary>
    Duplicate,

    /// <summary>Values nested deeper than <see cref="ZeekWireLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>More values than <see cref="ZeekWireLimits.MaxValues"/>.</summary>
    TooManyValues,

    /// <summary>More bytes than <see cref="ZeekWireLimits.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>A value that decodes, but is not an event of the form <c>[1, 1, [name, [arguments], [metadata]]]</c>.</summary>
    NotAnEvent,

    /// <summary>A value of another kind stands where a field of this kind belongs.</summary>
    UnexpectedKind,
}

/// <summary>Bytes are not <c>broker-bin-v1</c>, or go past a limit.</summary>
/// <remarks>The message never holds content of the bytes, which may be private or hostile; the offset says where to look.</remarks>
public sealed class ZeekWireException : ZeekException
{
    internal ZeekWireException(ZeekWireError error, int offset, string message)
        : base($"{message} (at byte {offset})")
    {
        Error = error;
        Offset = offset;
    }

    /// <summary>What is wrong.</summary>
    public ZeekWireError Error { get; }

    /// <summary>Where, in bytes from the start of the payload.</summary>
    public int Offset { get; }
}

/// <summary>The embedded hub cannot run as configured: an endpoint outside loopback, or one that is taken.</summary>
public sealed class ZeekHubException : ZeekException
{
    internal ZeekHubException(string endpoint, string message, Exception? inner = null)
        : base(message, inner) => Endpoint = endpoint;

    /// <summary>The endpoint that is the trouble.</summary>
    public string Endpoint { get; }
}

/// <summary>A key cannot be used: missing, not a key, or open to others. The message never shows a key.</summary>
public sealed class ZeekKeyException : ZeekException
{
    internal ZeekKeyException(string source, string message, Exception? inner = null)
        : base(message, inner) => KeySource = source;

    /// <summary>The file or environment variable that is the trouble.</summary>
    public string KeySource { get; }
}

/// <summary>An event that had to be sent was not.</summary>
public sealed class ZeekPublishException : ZeekException
{
    internal ZeekPublishException(string topic, PublishResult result)
        : base($"The event was not sent to '{topic}': {result}.")
    {
        Topic = topic;
        Result = result;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>Why it was not sent.</summary>
    public PublishResult Result { get; }
}

/// <summary>A text is no recording of events, or a damaged one.</summary>
public sealed class ZeekRecordingException : ZeekException
{
    internal ZeekRecordingException(int line, bool isTorn, string message, Exception? inner = null)
        : base(message, inner)
    {
        Line = line;
        IsTorn = isTorn;
    }

    /// <summary>Which line, from 1.</summary>
    public int Line { get; }

    /// <summary>Only the last line is cut off, as where the program that wrote it died: everything before it is whole. False for damage anywhere else.</summary>
    public bool IsTorn { get; }
}
