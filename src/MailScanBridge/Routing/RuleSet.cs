using System.Security.Cryptography;
using System.Text;

namespace MailScanBridge.Routing;

/// <summary>Names what decides a verdict: a short hash over the routes, the scanners and the programs that unpack, with their versions. It changes when any of them does.</summary>
public static class RuleSet
{
    /// <param name="scanners">Name and version of each scanner, and of each program that unpacks.</param>
    /// <param name="routes">In their order.</param>
    public static string NameOf(IEnumerable<(string Name, string? Version)> scanners, IEnumerable<Route> routes)
    {
        var text = new StringBuilder();
        foreach (var (name, version) in scanners)
        {
            text.Append(name).Append('\t').Append(version).Append('\n');
        }

        foreach (var route in routes)
        {
            text.Append(route.Name).Append('\t').AppendJoin(',', route.Types).Append('\t').AppendJoin(',', route.Steps).Append('\t').Append(route.StopAtMalicious).Append('\t').Append(route.OnRequest).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 6));
    }
}
