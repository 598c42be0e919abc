using System.Globalization;
using System.Text;

namespace MailScanBridge;

/// <summary>The topics of docs/contract.md. Each ends in a dot, because ZeroMQ matches subscriptions by byte prefix.</summary>
public static class Topics
{
    /// <summary>Zeek nodes to the daemon.</summary>
    public static string Request(string bridge) => $"mailscan.request.{Escape(bridge)}.";

    /// <summary>Zeek nodes to whoever looks URLs up.</summary>
    public static string Url(string bridge) => $"mailscan.url.{Escape(bridge)}.";

    /// <summary>Zeek to the responder.</summary>
    public static string Drop(string bridge) => $"mailscan.drop.{Escape(bridge)}.";

    /// <summary>The daemon to every node of its bridge.</summary>
    public static string Bridge(string bridge) => $"mailscan.bridge.{Escape(bridge)}.";

    /// <summary>The daemon to one incarnation of one node.</summary>
    public static string Reply(string node, ulong incarnation) =>
        string.Create(CultureInfo.InvariantCulture, $"mailscan.reply.{Escape(node)}.{incarnation}.");

    /// <summary>Writes each byte other than letters, digits, <c>_</c> and <c>-</c> as <c>%</c> and two lower-case hex digits.</summary>
    public static string Escape(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-')
            {
                result.Append((char)b);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
            }
        }

        return result.ToString();
    }
}
