using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace MailScanBridge.Daemon.Configuration;

/// <content>How durations, sizes, rates and endpoints are written.</content>
internal sealed partial class ConfigSection
{
    internal const string LoopbackShape = "a loopback endpoint such as tcp://127.0.0.1:27860, since anybody who reaches the hub can read and forge verdicts";

    internal const string EndpointShapeText = "an endpoint such as tcp://192.0.2.1:27760 or tcp://[2001:db8::1]:27760";

    internal static bool IsEndpoint(string endpoint) => AnyEndpointShape().Match(endpoint) is { Success: true } match
        && ushort.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    internal static bool IsAbsolutePath(string path) => System.IO.Path.IsPathFullyQualified(path) && !path.Contains('\0');

    internal static bool IsLoopback(string endpoint) => EndpointShape().Match(endpoint) is { Success: true } match
        && (match.Groups[1].Value == "localhost" || (IPAddress.TryParse(match.Groups[1].Value.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
        && (match.Groups[2].Value == "*" || ushort.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    internal static TimeSpan? ParseDuration(string text)
    {
        var match = DurationShape().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n))
        {
            return null;
        }

        var seconds = n * match.Groups[2].Value switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, _ => 86400 };
        return seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;
    }

    internal static Rate? ParseRate(string text)
    {
        var match = RateShape().Match(text);
        return match.Success && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is var n and > 0 and <= 1_000_000
            ? new Rate(n, match.Groups[2].Value switch { "s" => TimeSpan.FromSeconds(1), "m" => TimeSpan.FromMinutes(1), _ => TimeSpan.FromHours(1) })
            : null;
    }

    internal static long? ParseSize(string text)
    {
        var match = SizeShape().Match(text);
        if (!match.Success || !long.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
        {
            return null;
        }

        var shift = match.Groups[2].Value switch { "KiB" => 10, "MiB" => 20, "GiB" => 30, _ => 0 };
        return n > 0 && n < 1L << 30 ? n << shift : n > 0 && shift == 0 ? n : null;
    }

    [GeneratedRegex(@"\A([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)\z")]
    private static partial Regex DurationShape();

    [GeneratedRegex(@"\Atcp://(localhost|[0-9.]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5}|\*)\z")]
    private static partial Regex EndpointShape();

    [GeneratedRegex(@"\Atcp://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})\z")]
    private static partial Regex AnyEndpointShape();

    [GeneratedRegex(@"\A([0-9]{1,7})/([smh])\z")]
    private static partial Regex RateShape();

    [GeneratedRegex(@"\A([0-9]{1,18})(KiB|MiB|GiB)?\z")]
    private static partial Regex SizeShape();
}
