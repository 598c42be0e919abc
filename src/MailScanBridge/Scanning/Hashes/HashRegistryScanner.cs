using System.Globalization;
using System.Security.Cryptography;
using DnsClient;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>
/// Asks a registry over DNS whether it knows a file as bad: the text record of <c>HASH.ZONE</c> is the time when it was last seen and
/// the percentage of antivirus programs that know it. That the name does not exist proves nothing about the file; every other answer
/// is a failure. A resolver that answers for names that cannot exist would have everything known: it is then not used. Answers are
/// kept by <see cref="ScanCache"/>, so that a content is asked about once. Safe for concurrent use.
/// </summary>
public sealed class HashRegistryScanner : IScanner
{
    private static readonly TimeSpan s_probeAgain = TimeSpan.FromMinutes(10);
    private readonly HashRegistryOptions _options;
    private readonly ToolGuard _guard;
    private readonly LookupClient _dns;
    private readonly TimeProvider _time;
    private volatile Probe? _probe;

    /// <param name="name">As configuration, routes and verdicts call it.</param>
    /// <param name="options">Which registry.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told once when the registry does not answer, and once when it does again.</param>
    public HashRegistryScanner(string name, HashRegistryOptions options, TimeProvider time, ILogger? logger = null)
    {
        Name = name;
        _options = options;
        _time = time;
        _guard = new ToolGuard(name, options.Guard, time, logger ?? NullLogger.Instance);
        var dns = options.Resolver is { } resolver ? new LookupClientOptions(resolver) : new LookupClientOptions();
        dns.UseCache = false;
        dns.Retries = 0; // The guard's.
        dns.ThrowDnsErrors = false;
        dns.Timeout = options.Guard.Timeout;
        _dns = new LookupClient(dns);
    }

    public string Name { get; }

    public string? Version => $"{_options.Zone} by {_options.Hash switch { HashKind.Md5 => "MD5", HashKind.Sha1 => "SHA-1", _ => "SHA-256" }}";

    public bool LooksAtContent => false;

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        string hash;
        try
        {
            hash = await HashAsync(item, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ScannerResult.Failed(Reasons.ToolDown, e.Message);
        }

        return await _guard.RunAsync(token => AskAsync(hash, token), cancellationToken);
    }

    private async Task<string> HashAsync(ScanItem item, CancellationToken cancellationToken) => _options.Hash switch
    {
        HashKind.Sha256 => $"{item.Sha256[..32]}.{item.Sha256[32..]}",
        HashKind.Sha1 => Convert.ToHexStringLower(await ContentHash.OfAsync(HashAlgorithmName.SHA1, item.Path, cancellationToken)),
        _ => Convert.ToHexStringLower(await ContentHash.OfAsync(HashAlgorithmName.MD5, item.Path, cancellationToken)),
    };

    private async ValueTask<ScannerResult> AskAsync(string hash, CancellationToken cancellationToken)
    {
        if (await ProbeAsync(cancellationToken) is { } problem)
        {
            return ScannerResult.Failed(Reasons.ToolDown, problem);
        }

        var answer = await QueryAsync($"{hash}.{_options.Zone}", QueryType.TXT, cancellationToken);
        if (answer is null)
        {
            return ScannerResult.NoOpinion();
        }

        var texts = answer.Answers.TxtRecords().SelectMany(r => r.Text).ToList();
        return texts.Count == 1 && texts[0].Split(' ') is [var seen, var percent]
            && long.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 1L << 33
            && int.TryParse(percent, NumberStyles.None, CultureInfo.InvariantCulture, out var known) && known <= 100
                ? ScannerResult.NoOpinion(Listed(DateTimeOffset.FromUnixTimeSeconds(seconds), known))
                : throw new ToolFaultException($"{_options.Zone} answers neither that it knows the file nor that it does not: {(texts.Count == 0 ? "no text" : Printable.Text(texts[0], 80))}", isTransient: false);
    }

    private Finding Listed(DateTimeOffset seen, int known)
    {
        var detail = string.Create(CultureInfo.InvariantCulture, $"{_options.Zone}: {known} % of antivirus programs know it, last seen {seen:yyyy-MM-dd}");
        return known >= _options.MaliciousAt ? new Finding("HashRegistry.Malware", VerdictKind.Malicious, 90, detail) : new Finding("HashRegistry.Listed", VerdictKind.Suspicious, 50, detail);
    }

    /// <summary>What is wrong with the resolver; looked at again every ten minutes.</summary>
    private async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (_probe is { } known && _time.GetElapsedTime(known.At) < s_probeAgain)
        {
            return known.Problem;
        }

        string? problem = null;
        var name = $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}.invalid.{_options.Zone}";
        foreach (var type in (QueryType[])[QueryType.A, QueryType.TXT])
        {
            if (await QueryAsync(name, type, cancellationToken) is { Answers.Count: > 0 })
            {
                problem = $"a made-up name under {_options.Zone} has an address or a text: the resolver answers for everything";
            }
        }

        _probe = new Probe(problem, _time.GetTimestamp());
        return problem;
    }

    /// <summary>The answer; null where the name does not exist.</summary>
    private async Task<IDnsQueryResponse?> QueryAsync(string name, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _dns.QueryAsync(name, type, QueryClass.IN, cancellationToken);
            return answer.Header.ResponseCode switch
            {
                DnsHeaderResponseCode.NotExistentDomain => null,
                DnsHeaderResponseCode.NoError => answer,
                var code => throw new ToolFaultException($"{_options.Zone}: the resolver says {code}", isTransient: code == DnsHeaderResponseCode.ServerFailure),
            };
        }
        catch (DnsResponseException e)
        {
            throw new ToolFaultException($"{_options.Zone}: {e.Message}", isTransient: true, e);
        }
    }

    /// <summary>What was found when the resolver was last looked at. One object, so that many can read it while it is exchanged.</summary>
    private sealed record Probe(string? Problem, long At);
}
