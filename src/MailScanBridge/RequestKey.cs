using System.Globalization;
using System.Text;

namespace MailScanBridge;

/// <summary>
/// The identity of a request: the node's stable name, the incarnation of that node (microseconds since the epoch at its
/// start) and the sequence number within it. Nothing else names a request.
/// </summary>
public readonly record struct RequestKey(string Node, ulong Incarnation, ulong Seqno)
{
    /// <summary>The reply topic of the node's incarnation (docs/contract.md).</summary>
    public string ReplyTopic => Topics.Reply(Node, Incarnation);

    /// <summary>
    /// A file name for this key: one path component, at most 200 bytes, the same for the same key at every start, so that
    /// a file moved into the store before a crash is found again.
    /// </summary>
    public string FileName
    {
        get
        {
            var node = Topics.Escape(Node);
            if (node.Length > 120)
            {
                var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Node));
                node = string.Concat(node.AsSpan(0, 80), "+", Convert.ToHexStringLower(hash.AsSpan(0, 16)));
            }

            return string.Create(CultureInfo.InvariantCulture, $"{node}.{Incarnation}.{Seqno}");
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Printable.Text(Node)}/{Incarnation}/{Seqno}");
}
