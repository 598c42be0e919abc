using System.Net;
using System.Text;
using MailScanBridge.Zeek;

namespace MailScanBridge.Intake;

/// <summary>An event that is one of ours by name and not by shape. The message names event, field, what was expected and what came.</summary>
internal sealed class MalformedEventException(string message) : Exception(message);

/// <summary>
/// Reads a Zeek record, or an event's arguments, field by field in the order of docs/contract.md. Fields that follow the
/// last one known are ignored: a newer Zeek package may send them. Not safe for concurrent use.
/// </summary>
internal sealed class RecordReader(string eventName, string path, IReadOnlyList<ZeekValue> fields)
{
    /// <summary>Most bytes kept of one string from the wire. Longer ones are refused: Zeek's own header limit is 64 KiB.</summary>
    private const int MaxStringBytes = 128 * 1024;

    private const int MaxVectorItems = 10_000;

    /// <summary>Most bytes of all strings of one record together: a request must fit the journal, and its verdict, which echoes it, the wire.</summary>
    private const int MaxRecordBytes = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private int _next;
    private int _bytes;

    public ulong Count(string field) => Read(field, ZeekKind.Count).AsCount();

    public ulong? OptionalCount(string field) => Optional(field, ZeekKind.Count) is { } v ? v.AsCount() : null;

    public bool Bool(string field) => Read(field, ZeekKind.Boolean).AsBool();

    public bool? OptionalBool(string field) => Optional(field, ZeekKind.Boolean) is { } v ? v.AsBool() : null;

    public DateTimeOffset Time(string field) => Read(field, ZeekKind.Time) is var time && time.AsTimeNanoseconds() >= 0
        ? time.AsTime()
        : throw new MalformedEventException($"{eventName}: {path}{field}: expected a time after 1970, found {time}.");

    public IPAddress? OptionalAddress(string field) => Optional(field, ZeekKind.Address) is { } v ? v.AsAddress() : null;

    public PortNumber? OptionalPort(string field) =>
        Optional(field, ZeekKind.Port) is { } v ? new PortNumber(v.AsPort().Number, (byte)v.AsPort().Protocol) : null;

    public byte[] Bytes(string field) => Limited(field, Read(field, ZeekKind.String));

    public byte[]? OptionalBytes(string field) => Optional(field, ZeekKind.String) is { } v ? Limited(field, v) : null;

    /// <summary>A string that this project's own scripts make: valid UTF-8, or the event is malformed.</summary>
    public string Text(string field) => Utf8(field, Read(field, ZeekKind.String));

    public string? OptionalText(string field) => Optional(field, ZeekKind.String) is { } v ? Utf8(field, v) : null;

    /// <summary>A name that becomes part of a topic and of a file name: 1 to 255 bytes of text without control characters.</summary>
    public string Name(string field)
    {
        var name = Text(field);
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > 255 || name.Any(char.IsControl))
        {
            throw new MalformedEventException($"{eventName}: {path}{field}: expected 1 to 255 bytes without control characters, found \"{Printable.Text(name, 60)}\".");
        }

        return name;
    }

    public IReadOnlyList<byte[]> BytesVector(string field) => Vector(field, ZeekKind.String, v => Limited(field, v));

    public IReadOnlyList<ulong> CountVector(string field) => Vector(field, ZeekKind.Count, v => v.AsCount());

    public RecordReader Record(string field) => new(eventName, $"{path}{field}$", Read(field, ZeekKind.Vector).AsVector());

    public RecordReader? OptionalRecord(string field) =>
        Optional(field, ZeekKind.Vector) is { } v ? new RecordReader(eventName, $"{path}{field}$", v.AsVector()) : null;

    private List<T> Vector<T>(string field, ZeekKind kind, Func<ZeekValue, T> convert)
    {
        var items = Read(field, ZeekKind.Vector).AsVector();
        if (items.Count > MaxVectorItems)
        {
            throw new MalformedEventException($"{eventName}: {path}{field}: expected at most {MaxVectorItems} elements, found {items.Count}.");
        }

        var result = new List<T>(items.Count);
        foreach (var item in items)
        {
            result.Add(item.Kind == kind ? convert(item) : throw Wrong($"{field}[{result.Count}]", kind, item));
        }

        return result;
    }

    private ZeekValue Read(string field, ZeekKind kind)
    {
        var value = Next(field);
        return value.Kind == kind ? value : throw Wrong(field, kind, value);
    }

    private ZeekValue? Optional(string field, ZeekKind kind)
    {
        var value = Next(field);
        return value.IsNone ? null : value.Kind == kind ? value : throw Wrong(field, kind, value);
    }

    private ZeekValue Next(string field) => _next < fields.Count
        ? fields[_next++]
        : throw new MalformedEventException(
            $"{eventName}: {path}{field} is missing: only {fields.Count} fields came. Do the Zeek scripts and the daemon have the same version?");

    private MalformedEventException Wrong(string field, ZeekKind expected, ZeekValue found) =>
        new($"{eventName}: {path}{field}: expected {expected}, found {found.Kind}. Do the Zeek scripts and the daemon have the same version?");

    private byte[] Limited(string field, ZeekValue value)
    {
        var bytes = value.AsBytes();
        if (bytes.Length > MaxStringBytes)
        {
            throw new MalformedEventException($"{eventName}: {path}{field}: expected at most {MaxStringBytes} bytes, found {bytes.Length}.");
        }

        _bytes += bytes.Length;
        return _bytes <= MaxRecordBytes
            ? bytes.ToArray()
            : throw new MalformedEventException($"{eventName}: {path}{field}: expected at most {MaxRecordBytes} bytes of text in all, and there are more.");
    }

    private string Utf8(string field, ZeekValue value)
    {
        var bytes = Limited(field, value);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedEventException($"{eventName}: {path}{field}: expected UTF-8, found \"{Printable.Text(bytes, 60)}\".");
        }
    }
}
