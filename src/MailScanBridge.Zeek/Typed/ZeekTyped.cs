using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace MailScanBridge.Zeek;

/// <summary>What generated code calls; not for use by hand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ZeekTyped
{
    private const int FirstItems = 1024;

    /// <summary>Reads the head of a record or of an event's arguments, which may be longer than is known but not shorter.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="type">The type's name.</param>
    /// <returns>How many fields came.</returns>
    public static int ReadHead(ref ZeekReader reader, ZeekFieldInfo[] fields, string type)
    {
        reader.EnterRecord();
        if (reader.PeekKind() != ZeekKind.Vector)
            throw new ZeekSchemaException(null, type, "(all)", "a record", Word(reader.PeekKind()));
        var count = reader.ReadVectorHeader();
        if (count < fields.Length)
            throw new ZeekSchemaException(null, type, fields[count].Name, fields[count].Type, $"nothing, since only {count} of {fields.Length} fields");
        return count;
    }

    /// <summary>Passes over the fields that are not known, and ends the record.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="count">How many fields came.</param>
    /// <param name="known">How many of them were read.</param>
    public static void SkipRest(ref ZeekReader reader, int count, int known)
    {
        for (var i = known; i < count; i++)
            reader.SkipUnwanted();
        reader.LeaveRecord();
    }

    /// <summary>Demands that a value of a kind comes next.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">Which field comes next.</param>
    /// <param name="type">The type's name.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Expect(ref ZeekReader reader, ZeekKind kind, ZeekFieldInfo[] fields, int field, string type)
    {
        if (reader.PeekKind() != kind)
            Fail(reader.PeekKind(), fields, field, type);
    }

    /// <summary>Demands that an item of a kind comes next inside a field.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">In which field it is.</param>
    /// <param name="type">The type's name.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExpectItem(ref ZeekReader reader, ZeekKind kind, ZeekFieldInfo[] fields, int field, string type)
    {
        if (reader.PeekKind() != kind)
            Fail("an item of type " + Word(reader.PeekKind()), fields, field, type);
    }

    /// <summary>Reads a string of limited length as bytes.</summary>
    /// <param name="reader">The reader, before a string.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">Which field it is.</param>
    /// <param name="type">The type's name.</param>
    /// <returns>A view into what is read.</returns>
    public static ReadOnlySpan<byte> ReadBytes(ref ZeekReader reader, int most, ZeekFieldInfo[] fields, int field, string type)
    {
        var bytes = reader.ReadBytes();
        if (bytes.Length > most)
            Fail($"a string of {bytes.Length} bytes, of which {most} are allowed,", fields, field, type);
        return bytes;
    }

    /// <summary>Reads a string of limited length as text.</summary>
    /// <param name="reader">The reader, before a string.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="strict">Whether what is no UTF-8 is refused.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">Which field it is.</param>
    /// <param name="type">The type's name.</param>
    /// <returns>The text.</returns>
    public static string ReadText(ref ZeekReader reader, int most, bool strict, ZeekFieldInfo[] fields, int field, string type)
    {
        var bytes = ReadBytes(ref reader, most, fields, field, type);
        if (strict && !System.Text.Unicode.Utf8.IsValid(bytes))
            Fail(Shown("a string that is no UTF-8, ", bytes[..Math.Min(bytes.Length, 60)]), fields, field, type);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Demands that a container has no more items than are allowed.</summary>
    /// <param name="count">How many come.</param>
    /// <param name="most">How many are allowed.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">In which field it is.</param>
    /// <param name="type">The type's name.</param>
    public static void CheckCount(int count, int most, ZeekFieldInfo[] fields, int field, string type)
    {
        if (count > most)
            Fail($"{count} items, of which {most} are allowed,", fields, field, type);
    }

    /// <summary>Says that a value does not fit its field.</summary>
    /// <param name="actual">What came.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">Which field it is.</param>
    /// <param name="type">The type's name.</param>
    [DoesNotReturn]
    public static void Fail(string actual, ZeekFieldInfo[] fields, int field, string type) =>
        throw new ZeekSchemaException(null, type, fields[field].Name, fields[field].Type, actual);

    /// <summary>Says that an enum's value has no member.</summary>
    /// <param name="name">The name that came.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">Which field it is.</param>
    /// <param name="type">The type's name.</param>
    [DoesNotReturn]
    public static void FailEnum(ReadOnlySpan<byte> name, ZeekFieldInfo[] fields, int field, string type)
    {
        Fail(Shown("the enum value ", name[..Math.Min(name.Length, 200)]), fields, field, type);
    }

    /// <summary>
    /// Where fewer items came out of a set or table than went in: demands that they were not the same on the wire, only in what the C# type holds of them, as two texts that are no UTF-8.
    /// </summary>
    /// <param name="reader">The reader, behind the set or table.</param>
    /// <param name="start">Where the set or table begins.</param>
    /// <exception cref="ZeekWireException">An item or key is there twice; Zeek refuses the whole message, too.</exception>
    public static void CheckDistinct(ref ZeekReader reader, int start) => reader.CheckDistinct(start);

    /// <summary>Gives room for the first items of a vector of structs, which may take many times the bytes that announce them.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="count">How many items are announced.</param>
    /// <returns>The array; <see cref="Grow"/> makes it longer as they come.</returns>
    public static T[] NewItems<T>(int count) => count == 0 ? [] : new T[Math.Min(count, FirstItems)];

    /// <summary>Gives room for more items.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">The array, which is full.</param>
    /// <param name="count">How many items are announced.</param>
    public static void Grow<T>(ref T[] items, int count) => Array.Resize(ref items, (int)Math.Min(count, items.Length * 2L));

    /// <summary>Demands that a value is there, which code that knows nothing of nullable types may have left out.</summary>
    /// <param name="value">The value.</param>
    /// <param name="fields">The known fields.</param>
    /// <param name="field">In which field it is.</param>
    /// <param name="type">The type's name.</param>
    /// <exception cref="ArgumentNullException">It is null; sent as an empty value it would be another.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CheckNotNull([NotNull] object? value, ZeekFieldInfo[] fields, int field, string type)
    {
        if (value is null)
            FailNull(fields[field], type);
    }

    /// <summary>Demands that nothing but metadata comes behind an event's arguments.</summary>
    /// <param name="reader">The reader, which <see cref="ZeekRawEvent.OpenArgs"/> gave, behind the arguments.</param>
    /// <param name="e">The event.</param>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public static void EndArgs(ref ZeekReader reader, ZeekRawEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        e.EndArgs(ref reader);
    }

    [DoesNotReturn]
    private static void FailNull(ZeekFieldInfo field, string type) =>
        throw new ArgumentNullException(null, $"{type}, field {field.Name}: {field.Type} is to be sent, but it is null or holds null. Give it a value, or declare it nullable where Zeek says &optional.");

    private static string Shown(string what, ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(what);
        ZeekValueFormat.AppendEscaped(text, bytes);
        return text.ToString();
    }

    [DoesNotReturn]
    private static void Fail(ZeekKind actual, ZeekFieldInfo[] fields, int field, string type) => Fail(Word(actual), fields, field, type);

    private static string Word(ZeekKind kind) => kind switch
    {
        ZeekKind.None => "an unset value",
        ZeekKind.Boolean => "bool",
        ZeekKind.Integer => "int",
        ZeekKind.Real => "double",
        ZeekKind.Address => "addr",
        ZeekKind.Vector => "a vector or record",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
