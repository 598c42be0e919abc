using System.Net;
using MailScanBridge.Scanning.Resilience;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>A registry of hashes asked over DNS, as Team Cymru runs one.</summary>
public sealed record HashRegistryOptions
{
    /// <summary>Where the hashes are; default <c>hash.cymru.com</c> (the older <c>malware.hash.cymru.com</c> knows no SHA-256).</summary>
    public string Zone { get; init; } = "hash.cymru.com";

    /// <summary>Which hash is asked for; default SHA-256, as two labels, since one holds at most 63 characters.</summary>
    public HashKind Hash { get; init; } = HashKind.Sha256;

    /// <summary>Who is asked; null (default): the system's resolvers.</summary>
    public IPEndPoint? Resolver { get; init; }

    /// <summary>Percent of antivirus programs that must know the file for it to be malicious, 1 to 101; default 10, as in Zeek's own script. Below: suspicious.</summary>
    public int MaliciousAt { get; init; } = 10;

    /// <summary>How many questions at a time (default 8), how long one may take (default 5 s), how many in a time (default 10 a second), and what becomes of a registry that is down.</summary>
    public ToolGuardOptions Guard { get; init; } = new() { Concurrency = 8, Timeout = TimeSpan.FromSeconds(5), Retries = 1, Rate = new Rate(10, TimeSpan.FromSeconds(1)) };
}

/// <summary>A hash that lists and registries go by.</summary>
public enum HashKind
{
    Md5,
    Sha1,
    Sha256,
}
