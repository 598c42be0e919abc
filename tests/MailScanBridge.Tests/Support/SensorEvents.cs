using MailScanBridge.Intake;
using MailScanBridge.Zeek;

namespace MailScanBridge.Tests.Support;

/// <summary>The events that a sensor sends, as values that a test can change field by field.</summary>
internal static class SensorEvents
{
    public static ZeekEvent Hello(string node, ulong incarnation, bool trace, string spool, int open, DateTimeOffset sent) =>
        Untyped(new NodeHelloEvent(new NodeHello(EventDecoder.Proto, node, incarnation, "8.2.2", trace, spool, (ulong)open, sent)));

    public static ZeekEvent Request(FileRequest request) => Untyped(new FileRequestEvent(request));

    public static ZeekEvent Ack(string node, ulong incarnation, ulong seqno, ulong revision = 1) => Untyped(new VerdictAck(node, incarnation, [seqno], [revision]));

    public static ZeekEvent Ledger(string node, ulong incarnation, ulong asked, DateTimeOffset sent) =>
        Untyped(new LedgerEvent(new Ledger(EventDecoder.Proto, node, incarnation, sent, asked, 1, 2, 3, 4, 5, 6, 7, 8)));

    public static ZeekEvent Drain(string node, ulong incarnation, int open) => Untyped(new NodeDrain(node, incarnation, (ulong)open));

    public static ZeekEvent Bye(string node, ulong incarnation, bool trace, int open) => Untyped(new NodeBye(node, incarnation, trace, (ulong)open));

    /// <summary>Any typed event as values.</summary>
    public static ZeekEvent Untyped<T>(T e)
        where T : IZeekEvent<T> => ZeekWire.DecodeEvent(ZeekWire.Encode(e));
}
