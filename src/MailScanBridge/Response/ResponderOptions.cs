using System.Net;

namespace MailScanBridge.Response;

/// <summary>
/// What the responder does at most. It trusts Zeek to ask, and not to ask wisely: whatever happens there, no more than this is
/// blocked, and nothing for longer.
/// </summary>
public sealed record ResponderOptions
{
    /// <summary>The nftables table, made and used by the responder alone; <c>mailscan_bridge</c> by default.</summary>
    public string Table { get; init; } = "mailscan_bridge";

    /// <summary>Networks that are never blocked, neither end; none by default. This machine's own addresses, loopback, link-local and multicast never are, whatever this says.</summary>
    public IReadOnlyList<IPNetwork> Never { get; init; } = [];

    /// <summary>Most rules in force at a time; 1,000 by default. Beyond it <c>error</c>.</summary>
    public int MaxRules { get; init; } = 1000;

    /// <summary>Most rules made within any hour; 100 by default. Beyond it <c>error</c>, until an hour has passed.</summary>
    public int MaxPerHour { get; init; } = 100;

    /// <summary>The longest time that a rule may be asked for; one day by default. Beyond it <c>error</c>.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The shortest prefix of an IPv4 network that may be blocked; 32 by default: single hosts.</summary>
    public int MinPrefixV4 { get; init; } = 32;

    /// <summary>The same of IPv6; 64 by default: one host's network.</summary>
    public int MinPrefixV6 { get; init; } = 64;

    /// <summary>How long <c>nft</c> may take; 10 s by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How old a request may be, by Zeek's clock; 60 s by default. An older one is not carried out: it waited in some queue while the world went on.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(60);
}
