namespace MailScanBridge.Zeek.Wire;

/// <summary>The frame around an event: <c>[count 1, count 1, [string name, [arguments], ([metadata])]]</c>, metadata being <c>[count id, value]</c> each.</summary>
/// <remarks>
/// Source: <c>Z:src/cluster/serializer/broker/Serializer.cc</c> and <c>libbroker/broker/zeek.hh</c>, 8.2.2. Zeek does not check this form when it
/// receives, and walks past the end of a list where it is broken; so nothing else must ever be sent.
/// </remarks>
internal static class EventEnvelope
{
    private const ulong Version = 1;
    private const ulong EventType = 1;

    public static void Write(ref ZeekWriter writer, ZeekEvent e)
    {
        WriteHead(ref writer, e.Name, e.Metadata.Count > 0);
        var args = e.Args;
        writer.WriteVectorHeader(args.Count);
        for (var i = 0; i < args.Count; i++)
            writer.WriteValue(args[i]);
        if (e.Metadata.Count > 0)
            WriteMetadata(ref writer, e.Metadata);
    }

    public static void WriteHead(ref ZeekWriter writer, string name, bool metadata)
    {
        writer.WriteVectorHeader(3);
        writer.WriteCount(Version);
        writer.WriteCount(EventType);
        writer.WriteVectorHeader(metadata ? 3 : 2);
        writer.WriteString(name);
    }

    /// <summary>Reads up to the arguments, and gives the name.</summary>
    public static ReadOnlySpan<byte> ReadHead(ref ZeekReader reader) => ReadHead(ref reader, out _);

    /// <summary>Reads up to the arguments, and gives the name and of how many parts the event is, the name and the arguments counted.</summary>
    public static ReadOnlySpan<byte> ReadHead(ref ZeekReader reader, out int parts)
    {
        parts = 0;
        if (reader.PeekKind() != ZeekKind.Vector || reader.ReadVectorHeader() != 3)
            WireFail.NotAnEvent(0, "the outer value is no vector of three");
        if (reader.PeekKind() != ZeekKind.Count || reader.ReadCount() != Version || reader.PeekKind() != ZeekKind.Count || reader.ReadCount() != EventType)
            WireFail.NotAnEvent(0, "the version or the type is not 1");
        if (reader.PeekKind() != ZeekKind.Vector || (parts = reader.ReadVectorHeader()) < 2)
            WireFail.NotAnEvent(0, "no name and arguments");
        if (reader.PeekKind() != ZeekKind.String || reader.ReadBytes() is not { IsEmpty: false } name)
        {
            WireFail.NotAnEvent(0, "no name");
            return default;
        }

        if (reader.PeekKind() != ZeekKind.Vector)
            WireFail.NotAnEvent(0, "the arguments are no vector");
        return name;
    }

    /// <summary>Demands, behind the arguments, that the parts that are left have the right form and that nothing comes after them.</summary>
    public static void ReadTail(ref ZeekReader reader, int parts)
    {
        if (parts > 2)
            SkipTail(ref reader, parts);
        reader.ReadEnd();
    }

    /// <summary>Reads the metadata behind the arguments.</summary>
    public static ZeekEventMetadata[] ReadMetadata(ref ZeekReader reader)
    {
        var metadata = new ZeekEventMetadata[ReadMetadataHead(ref reader)];
        foreach (ref var entry in metadata.AsSpan())
            entry = new ZeekEventMetadata(ReadMetadataId(ref reader), reader.ReadValue());
        return metadata;
    }

    public static ZeekEvent FromValue(in ZeekValue root)
    {
        if (root.Kind != ZeekKind.Vector || root.ItemsUnchecked.Length != 3)
            WireFail.NotAnEvent(0, "the outer value is no vector of three");
        var outer = root.ItemsUnchecked;
        if (outer[0].Kind != ZeekKind.Count || outer[0].HighUnchecked != Version || outer[1].Kind != ZeekKind.Count || outer[1].HighUnchecked != EventType)
            WireFail.NotAnEvent(0, "the version or the type is not 1");
        if (outer[2].Kind != ZeekKind.Vector || outer[2].ItemsUnchecked.Length < 2)
            WireFail.NotAnEvent(0, "no name and arguments");
        var content = outer[2].ItemsUnchecked;
        if (content[0].Kind != ZeekKind.String || content[0].BytesUnchecked.IsEmpty)
            WireFail.NotAnEvent(0, "no name");
        if (content[1].Kind != ZeekKind.Vector)
            WireFail.NotAnEvent(0, "the arguments are no vector");
        var e = new ZeekEvent(NameCache.Get(content[0].BytesUnchecked), content[1].AsVector());
        return content.Length == 2 ? e : e with { Metadata = ReadMetadata(content[2]) };
    }

    private static void SkipTail(ref ZeekReader reader, int parts)
    {
        for (var left = ReadMetadataHead(ref reader); left > 0; left--)
        {
            ReadMetadataId(ref reader);
            reader.SkipUnwanted();
        }

        // Further parts are none that Zeek knows, and are passed over as the generic decoder does.
        for (var part = 3; part < parts; part++)
            reader.SkipUnwanted();
    }

    private static int ReadMetadataHead(ref ZeekReader reader)
    {
        if (reader.PeekKind() != ZeekKind.Vector)
            WireFail.NotAnEvent(reader.Position, "the metadata are no vector");
        return reader.ReadVectorHeader();
    }

    private static ulong ReadMetadataId(ref ZeekReader reader)
    {
        if (reader.PeekKind() != ZeekKind.Vector || reader.ReadVectorHeader() != 2 || reader.PeekKind() != ZeekKind.Count)
            WireFail.NotAnEvent(reader.Position, "a metadata entry is no pair of id and value");
        return reader.ReadCount();
    }

    public static void WriteMetadata(ref ZeekWriter writer, IReadOnlyList<ZeekEventMetadata> metadata)
    {
        writer.WriteVectorHeader(metadata.Count);
        foreach (var entry in metadata)
        {
            writer.WriteVectorHeader(2);
            writer.WriteCount(entry.Id);
            writer.WriteValue(entry.Value);
        }
    }

    private static ZeekEventMetadata[] ReadMetadata(in ZeekValue value)
    {
        if (value.Kind != ZeekKind.Vector)
            WireFail.NotAnEvent(0, "the metadata are no vector");
        var entries = value.ItemsUnchecked;
        var metadata = new ZeekEventMetadata[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Kind != ZeekKind.Vector || entries[i].ItemsUnchecked is not [var id, var content] || id.Kind != ZeekKind.Count)
            {
                WireFail.NotAnEvent(0, "a metadata entry is no pair of id and value");
                break;
            }

            metadata[i] = new ZeekEventMetadata(id.HighUnchecked, content);
        }

        return metadata;
    }
}
