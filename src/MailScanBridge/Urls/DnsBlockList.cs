using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MailScanBridge.Scanning;

namespace MailScanBridge.Urls;

/// <summary>
/// A block list asked over DNS: <c>HOST.ZONE</c> that resolves into 127.0.0.0/8 is listed. What it is asked tells the operator of
/// the list and of the resolver which hosts were seen, and most lists have terms of use; so none is asked unless configured. A
/// resolver that answers for names that do not exist would have everything listed: the list is then not used. Answers are kept for a
/// while; at most so many questions are open at a time. Safe for concurrent use.
/// </summary>
public sealed class DnsBlockList : IUrlSource
{
    private readonly DnsBlockListOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly AnswerCache<bool?> _known;
    private readonly SemaphoreSlim _open;
    private volatile Probe? _probe;

    /// <param name="options">Which list.</param>
    /// <param name="time">For how long answers are kept.</param>
    /// <param name="resolve">Addresses of a name; throws <see cref="SocketException"/>. The system's resolver by default.</param>
    public DnsBlockList(DnsBlockListOptions options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _time = time;
        _resolve = resolve ?? ((name, token) => Dns.GetHostAddressesAsync(name, AddressFamily.InterNetwork, token));
        _open = new SemaphoreSlim(options.MaxOpen);
        _known = new AnswerCache<bool?>(options.MaxKept, options.Keep, time);
    }

    public string Name => _options.Name;

    public string? Version => null;

    public bool IsRemote => true;

    public async ValueTask<ScannerResult> LookUpAsync(UrlToLookUp url, CancellationToken cancellationToken)
    {
        if (Question(url.HostName) is not { } question)
        {
            return ScannerResult.Scanned();
        }

        try
        {
            if (await ProbeAsync(cancellationToken) is { } problem)
            {
                return ScannerResult.Failed(Reasons.ToolDown, problem);
            }

            return await IsListedAsync(question, cancellationToken)
                ? ScannerResult.Scanned(new Finding(Name, _options.Verdict, _options.Score, $"listed in {_options.Zone}"))
                : ScannerResult.Scanned();
        }
        catch (SocketException e)
        {
            return ScannerResult.Failed(Reasons.ToolDown, $"{_options.Zone}: {e.SocketErrorCode}");
        }
    }

    /// <summary>The name to ask for; null for what no such list can have.</summary>
    private string? Question(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address.AddressFamily == AddressFamily.InterNetwork ? $"{string.Join('.', address.ToString().Split('.').Reverse())}.{_options.Zone}" : null;
        }

        // A name with other characters is none, and might be anything to a resolver.
        var isName = host.Contains('.', StringComparison.Ordinal) && host.Length + _options.Zone.Length < 250 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
        return isName ? $"{host}.{_options.Zone}" : null;
    }

    private async Task<bool> IsListedAsync(string question, CancellationToken cancellationToken)
    {
        if (_known.Find(question) is { } known)
        {
            return known;
        }

        var listed = await ResolvesAsync(question, cancellationToken);
        _known.Keep(question, listed);
        return listed;
    }

    private async Task<bool> ResolvesAsync(string name, CancellationToken cancellationToken)
    {
        await _open.WaitAsync(cancellationToken);
        try
        {
            // 127.255.255.x is how lists say that they do not answer this resolver: not a listing, and not "not listed" either.
            var answers = await _resolve(name, cancellationToken);
            if (answers.Any(a => a.GetAddressBytes() is [127, 255, 255, _]))
            {
                throw new SocketException((int)SocketError.AccessDenied);
            }

            return answers.Any(a => a.GetAddressBytes() is [127, ..]);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return false;
        }
        finally
        {
            _open.Release();
        }
    }

    /// <summary>What is wrong with the resolver or the list; looked at again every ten minutes.</summary>
    private async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (_probe is { } probe && probe.Until > _time.GetUtcNow())
        {
            return probe.Problem;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}.invalid.{_options.Zone}");
        var problem = await ResolvesAsync(name, cancellationToken) ? $"{_options.Zone} lists a name that was made up: the resolver, or the list, answers for everything" : null;
        _probe = new Probe(problem, _time.GetUtcNow() + TimeSpan.FromMinutes(10));
        return problem;
    }

    /// <summary>What was found when the resolver was last looked at. One object, so that many can read it while it is exchanged.</summary>
    private sealed record Probe(string? Problem, DateTimeOffset Until);
}

/// <summary>A block list asked over DNS.</summary>
/// <param name="Name">As verdicts and logs call it.</param>
/// <param name="Zone">Such as <c>dbl.example.org</c>.</param>
/// <param name="Verdict">What a listing means; suspicious by default.</param>
/// <param name="Score">Its score, 0 to 100.</param>
public sealed record DnsBlockListOptions(string Name, string Zone, VerdictKind Verdict = VerdictKind.Suspicious, int Score = 60)
{
    /// <summary>Questions open at a time; 32 by default.</summary>
    public int MaxOpen { get; init; } = 32;

    /// <summary>How long an answer is kept; 10 minutes by default.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Answers kept; 50,000 by default.</summary>
    public int MaxKept { get; init; } = 50_000;
}
