using System.Text;
using MailScanBridge.Zeek;

namespace MailScanBridge.Intake;

/// <summary>An event that is one of ours by name and not by shape. The message names event, field, what was expected and what came.</summary>
internal sealed class MalformedEventException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Turns the events of docs/contract.md that Zeek sends into records: their typed forms do the reading, and what no type can say is
/// checked here. Fields that follow the last one known are passed over: a newer Zeek package may send them. Pure and safe for concurrent use.
/// </summary>
internal static class EventDecoder
{
    /// <summary>Version of the contract this daemon speaks.</summary>
    public const ulong Proto = 3;

    /// <summary>Most bytes of one event: a request must fit the journal, and its verdict, which echoes it, the wire.</summary>
    public const int MaxEventBytes = 2 * 1024 * 1024;

    /// <summary>Decodes one event; null where its name is none of ours.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="payload">The whole event, as it came.</param>
    /// <exception cref="MalformedEventException">The name is ours and the shape is not.</exception>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public static object? Decode(string name, ReadOnlySpan<byte> payload)
    {
        try
        {
            return name switch
            {
                "MailScan::file_request" => Checked(Read<FileRequestEvent>(name, payload).R),
                "MailScan::node_hello" => Checked(Read<NodeHelloEvent>(name, payload).H),
                "MailScan::verdict_ack" => Read<VerdictAck>(name, payload) is var ack ? Checked(ack) with { Node = Name(name, ack.Node) } : null,
                "MailScan::node_drain" => Read<NodeDrain>(name, payload) is var drain ? drain with { Node = Name(name, drain.Node) } : null,
                "MailScan::node_bye" => Read<NodeBye>(name, payload) is var bye ? bye with { Node = Name(name, bye.Node) } : null,
                "MailScan::ledger" => Checked(Read<LedgerEvent>(name, payload).L),
                _ => null,
            };
        }
        catch (ZeekSchemaException e)
        {
            throw new MalformedEventException($"{e.Message} Do the Zeek scripts and the daemon have the same version?", e);
        }
    }

    private static T Read<T>(string name, ReadOnlySpan<byte> payload)
        where T : IZeekEvent<T> => payload.Length <= MaxEventBytes
        ? ZeekWire.DecodeEvent<T>(payload)
        : throw new MalformedEventException($"{name}: expected at most {MaxEventBytes} bytes, found {payload.Length}.");

    private static FileRequest Checked(FileRequest r)
    {
        const string name = "MailScan::file_request";
        Version(name, r.Proto);
        Name(name, r.Node);
        Seqno(name, "seqno", r.Seqno, least: 1);
        Time(name, "ts", r.Ts);
        Time(name, "sent", r.Sent);
        return r;
    }

    private static NodeHello Checked(NodeHello h)
    {
        const string name = "MailScan::node_hello";
        Version(name, h.Proto);
        Name(name, h.Node);
        Time(name, "sent", h.Sent);
        return h;
    }

    private static VerdictAck Checked(VerdictAck ack) => ack.Revisions.Count == ack.Seqnos.Count
        ? ack
        : throw new MalformedEventException($"MailScan::verdict_ack: revisions: expected one for each of {ack.Seqnos.Count} seqnos, found {ack.Revisions.Count}.");

    private static Ledger Checked(Ledger l)
    {
        const string name = "MailScan::ledger";
        Version(name, l.Proto);
        Name(name, l.Node);
        Time(name, "sent", l.Sent);
        Seqno(name, "asked", l.Asked, least: 0);
        return l;
    }

    /// <summary>Half of what the type holds, so that it can be counted with; no node ever gets there.</summary>
    private static void Seqno(string name, string field, ulong seqno, ulong least)
    {
        if (seqno < least || seqno > long.MaxValue / 2)
        {
            throw new MalformedEventException($"{name}: {field}: expected {least} to {long.MaxValue / 2}, found {seqno}.");
        }
    }

    private static void Version(string name, ulong proto)
    {
        if (proto < Proto)
        {
            throw new MalformedEventException($"{name}: proto {proto}: this daemon speaks {Proto} and later ones that only add fields. Update the Zeek package.");
        }
    }

    private static void Time(string name, string field, DateTimeOffset time)
    {
        if (time < DateTimeOffset.UnixEpoch)
        {
            throw new MalformedEventException($"{name}: {field}: expected a time after 1970, found {time:O}.");
        }
    }

    /// <summary>A name that becomes part of a topic and of a file name: 1 to 255 bytes of text without control characters.</summary>
    private static string Name(string name, string node) => node.Length > 0 && Encoding.UTF8.GetByteCount(node) <= 255 && !node.Any(char.IsControl)
        ? node
        : throw new MalformedEventException($"{name}: node: expected 1 to 255 bytes without control characters, found \"{Printable.Text(node, 60)}\".");
}
