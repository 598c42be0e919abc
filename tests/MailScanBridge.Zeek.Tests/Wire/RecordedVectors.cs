namespace MailScanBridge.Zeek.Tests.Wire;

/// <summary>The events that a real Zeek sent, by name and by the words of their first argument.</summary>
internal static class RecordedVectors
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", "zeek-8.2.2-bin.tsv"))
            .Select(line => line.Split('\t'))
            .Where(columns => columns.Length == 2 && columns[0] == ZeekWire.Serializer)
            .Select(columns => Convert.FromHexString(columns[1])),
    ];

    public static byte[] Payload(string name, string words) =>
        All.Single(payload => ZeekWire.DecodeEvent(payload) is var e && e.Name == "Vec::" + name && e.Args[0].AsString() == words);

    public static ZeekValue Value(string name, string words) => ZeekWire.DecodeEvent(Payload(name, words)).Args[1];
}
