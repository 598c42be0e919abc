using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>
/// Reads where the hub is and how it is reached. Nobody unknown gets in: without keys an endpoint must be on loopback, and the
/// hub that the daemon hosts takes none, so it always is.
/// </summary>
internal static class HubReader
{
    private static readonly string[] s_keyFiles = ["server_publickey", "client_publickey", "client_secretkey"];

    public static HubConfig Read(ConfigSection hub, Func<string, string?> environment, List<ConfigError> errors)
    {
        var host = hub.Flag("host", true);
        var curve = Keys(hub, environment, errors);
        if (host && curve is not null)
        {
            hub.Wrong("host", "must be false where keys are given: the hub that the daemon hosts asks nobody for keys. Let Zeek's proxy be the hub");
        }

        return new HubConfig(host, Endpoint("xpub", "MAILSCAN_HUB_XPUB", "tcp://127.0.0.1:27860"), Endpoint("xsub", "MAILSCAN_HUB_XSUB", "tcp://127.0.0.1:27861"), curve);

        string Endpoint(string key, string variable, string fallback)
        {
            var fromFile = curve is null ? hub.Loopback(key, fallback) : hub.Endpoint(key, fallback);
            if (environment(variable) is not { Length: > 0 } value)
            {
                return fromFile;
            }

            if (curve is null ? !ConfigSection.IsLoopback(value) : !ConfigSection.IsEndpoint(value))
            {
                errors.Add(new ConfigError("(environment)", 0, variable, $"\"{Printable.Text(value)}\" is not allowed; expected {(curve is null ? ConfigSection.LoopbackShape : ConfigSection.EndpointShapeText)}"));
            }

            return value;
        }
    }

    private static ZeekCurveKeys? Keys(ConfigSection hub, Func<string, string?> environment, List<ConfigError> errors)
    {
        var directory = hub.Has("curve") ? hub.AbsolutePath("curve", "") : null;
        if (directory is not null && (!ConfigSection.IsAbsolutePath(directory) || !Directory.Exists(directory)))
        {
            hub.Wrong("curve", $"the directory \"{Printable.Text(directory)}\" does not exist");
            return null;
        }

        try
        {
            if (directory is null)
            {
                return ZeekCurveKeys.FromEnvironment(environment);
            }

            if (s_keyFiles.Select(f => PathTrust.OfKey(Path.Combine(directory, f))).FirstOrDefault(why => why is not null) is { } unsafeFor)
            {
                hub.Wrong("curve", $"{unsafeFor}: whoever can exchange a key decides who the hub is. Give the keys a directory that root or the daemon's own user has alone");
                return null;
            }

            return ZeekCurveKeys.FromZeekctl(directory);
        }
        catch (ZeekKeyException e)
        {
            if (directory is null)
            {
                errors.Add(new ConfigError("(environment)", 0, "", Printable.Text(e.Message, 500)));
            }
            else
            {
                hub.Wrong("curve", e.Message);
            }

            return null;
        }
    }
}

/// <summary>Where the hub is.</summary>
/// <param name="Host">This daemon is the hub.</param>
/// <param name="XPub">From which everybody receives.</param>
/// <param name="XSub">To which everybody sends.</param>
/// <param name="Curve">The keys; null where the hub asks for none.</param>
internal sealed record HubConfig(bool Host, string XPub, string XSub, ZeekCurveKeys? Curve);
