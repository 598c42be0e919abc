using System.Net;
using MailScanBridge.Response;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads what the responder may do.</summary>
internal static class RespondReader
{
    public static RespondConfig Read(ConfigSection respond)
    {
        var defaults = new ResponderOptions();
        var options = new ResponderOptions
        {
            Table = respond.Matching("table", defaults.Table, @"\A[A-Za-z][A-Za-z0-9_]{0,30}\z", "a name of letters, digits and underscores, 31 at most"),
            Never = [.. (respond.TextList("never") ?? []).Select((text, i) => Network(respond, text, i)).OfType<IPNetwork>()],
            MaxRules = respond.Number("max_rules", defaults.MaxRules, 1, 100_000),
            MaxPerHour = respond.Number("max_per_hour", defaults.MaxPerHour, 1, 100_000),
            MaxTime = respond.Duration("max_time", defaults.MaxTime, maxDays: 30),
            MaxAge = respond.Duration("max_age", defaults.MaxAge),
            MinPrefixV4 = respond.Number("min_prefix_v4", defaults.MinPrefixV4, 8, 32),
            MinPrefixV6 = respond.Number("min_prefix_v6", defaults.MinPrefixV6, 16, 128),
        };
        var config = new RespondConfig(options, respond.Flag("allow_unauthenticated", false));
        respond.NothingElse();
        return config;
    }

    private static IPNetwork? Network(ConfigSection respond, string text, int index)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        respond.Wrong("never", $"item {index + 1}, \"{Printable.Text(text, 60)}\", is neither an address nor a network such as 192.0.2.0/24");
        return null;
    }
}

/// <summary>What the responder may do.</summary>
/// <param name="Options">Its caps.</param>
/// <param name="AllowUnauthenticated">Take requests from a hub that asks for no keys.</param>
internal sealed record RespondConfig(ResponderOptions Options, bool AllowUnauthenticated);
