using System.Net;
using MailScanBridge.Response;
using MailScanBridge.Zeek;

namespace MailScanBridge.Tests.Support;

/// <summary>Requests to the responder.</summary>
internal static class Drops
{
    public static Drop Pair(string from, string to, string rule = "r1") => new(
        2, "host/zeek", 7, rule, DateTimeOffset.UtcNow, Host(from), null, Host(to), null, BothWays: false, TimeSpan.FromMinutes(10), "test");

    public static ZeekSubnet Host(string address)
    {
        var parsed = IPAddress.Parse(address);
        return new ZeekSubnet(parsed, parsed.GetAddressBytes().Length * 8);
    }
}
