using MailScanBridge.Intake;
using MailScanBridge.Zeek;

namespace Fuzz.Targets;

/// <summary>What a peer may send to the daemon: the first byte picks the event, the rest is its bytes on the wire.</summary>
internal sealed class EventsTarget : Target
{
    private static readonly string[] s_events =
        ["MailScan::file_request", "MailScan::node_hello", "MailScan::verdict_ack", "MailScan::node_drain", "MailScan::node_bye", "MailScan::ledger"];

    public override IReadOnlyList<byte[]> Tokens => [.. s_events.Select(System.Text.Encoding.ASCII.GetBytes), [0xff, 0xff, 0xff, 0xff, 0x0f], [0x0e, 0x01], [0x02, 0, 0, 0, 0, 0, 0, 0, 2]];

    protected override int Run(byte[] input)
    {
        if (input.Length == 0)
            return 0;
        try
        {
            return EventDecoder.Decode(s_events[input[0] % s_events.Length], input.AsSpan(1)) switch
            {
                FileRequest r => HashCode.Combine(r.RequestKey, r.Kind, r.Path, r.SeenBytes),
                NodeHello h => HashCode.Combine(h.Node, h.Incarnation, h.Spool),
                VerdictAck a => HashCode.Combine(a.Node, a.Seqnos.Count, a.Revisions.Count),
                Ledger l => HashCode.Combine(l.Node, l.Asked, l.Open),
                var other => other!.GetType().Name.GetHashCode(StringComparison.Ordinal),
            };
        }
        catch (Exception e) when (e is MalformedEventException or ZeekWireException)
        {
            return 1;
        }
    }
}
