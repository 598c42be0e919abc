using System.Globalization;
using MailScanBridge.Scanning;

namespace MailScanBridge.Urls;

/// <summary>
/// Asks every source about a URL and makes one answer of it: the worst finding wins; where nothing was found and a source failed,
/// the URL was not looked up. Safe for concurrent use.
/// </summary>
public sealed class UrlLookup(IReadOnlyList<IUrlSource> sources, TimeProvider time)
{
    /// <summary>True where there is nothing to ask.</summary>
    public bool IsEmpty => sources.Count == 0;

    /// <summary>What the sources hold, for people.</summary>
    public string Version => string.Join(", ", sources.Select(s => $"{s.Name} {s.Version ?? "-"}"));

    /// <summary>The same without those that need the network or another program.</summary>
    public UrlLookup OnThisMachine() => new([.. sources.Where(s => !s.IsRemote)], time);

    /// <summary>Looks a URL up in all sources at once.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="limit">How long remote sources may take.</param>
    /// <param name="cancellationToken">Ends the work without an answer.</param>
    public async ValueTask<UrlAnswer> LookUpAsync(UrlToLookUp url, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return new UrlAnswer(VerdictKind.Unscanned, Reasons.NoScanner, "no list of URLs is configured", [], []);
        }

        if (url.Keys.Count == 0)
        {
            return new UrlAnswer(VerdictKind.Unscanned, Reasons.Unsupported, "no host in the URL", [], []);
        }

        var results = new (IUrlSource Source, ScannerResult Result, TimeSpan Took)[sources.Count];
        var remote = new List<Task>();
        for (var i = 0; i < sources.Count; i++)
        {
            var at = i;
            var started = time.GetTimestamp();
            var pending = sources[i].IsRemote ? AskAsync(sources[i], url, limit, cancellationToken) : sources[i].LookUpAsync(url, cancellationToken).AsTask();
            if (pending.IsCompletedSuccessfully)
            {
                results[at] = (sources[at], pending.Result, time.GetElapsedTime(started));
            }
            else
            {
                remote.Add(NoteAsync());
                async Task NoteAsync() => results[at] = (sources[at], await pending, time.GetElapsedTime(started));
            }
        }

        await Task.WhenAll(remote);
        return Combine(results);
    }

    private async Task<ScannerResult> AskAsync(IUrlSource source, UrlToLookUp url, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await source.LookUpAsync(url, both.Token).AsTask().WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ScannerResult.Failed(Reasons.Timeout, $"no answer within {limit.TotalSeconds:0.#} s");
        }
    }

    private static UrlAnswer Combine(IReadOnlyList<(IUrlSource Source, ScannerResult Result, TimeSpan Took)> results)
    {
        var findings = results.SelectMany(r => r.Result.Findings).OrderByDescending(f => f.Kind).ThenByDescending(f => f.Score).ToList();
        var tools = results.Select(r => Line(r.Source, r.Result, r.Took)).ToList();
        var failed = results.FirstOrDefault(r => r.Result.Outcome == ScanOutcome.Failed);
        var answer = findings is [var worst, ..] ? new UrlAnswer(worst.Kind, "", Printable.Text($"{worst.Name}: {worst.Detail}"), findings, tools)
            : failed.Source is { } source ? new UrlAnswer(VerdictKind.Unscanned, failed.Result.Reason!, Printable.Text($"{source.Name}: {failed.Result.Detail}"), [], tools)
            : new UrlAnswer(VerdictKind.Clean, "", "", [], tools);
        return answer with { RateLimited = [.. results.Where(r => r.Result.RateLimited).Select(r => r.Source.Name)] };
    }

    private static string Line(IUrlSource source, ScannerResult result, TimeSpan took) => string.Create(
        CultureInfo.InvariantCulture,
        $"{source.Name} {source.Version ?? "-"}: {(result.Outcome == ScanOutcome.Failed ? Printable.Text($"{result.Reason} ({result.Detail})") : result.Findings.Count > 0 ? "listed" : "not listed")}, {took.TotalMilliseconds:0.#} ms");
}

/// <summary>What the sources say of a URL. Texts are escaped: they may be printed.</summary>
/// <param name="Kind">Clean means: on none of the lists.</param>
/// <param name="Reason">One of <see cref="Reasons"/> for unscanned, else empty.</param>
/// <param name="Detail">One line for people.</param>
/// <param name="Findings">The worst first.</param>
/// <param name="Tools">One line a source.</param>
public sealed record UrlAnswer(VerdictKind Kind, string Reason, string Detail, IReadOnlyList<Finding> Findings, IReadOnlyList<string> Tools)
{
    /// <summary>Sources that were not asked, since they had been asked too often (<c>rate</c>); each has its line among the tools too.</summary>
    public IReadOnlyList<string> RateLimited { get; init; } = [];
}
