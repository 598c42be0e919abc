using System.Threading.Channels;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Urls;

/// <summary>
/// Answers Zeek's questions about URLs, with a client of its own, so that a flood of URLs holds up no file. What is beyond the caps is
/// answered <c>unscanned: overload</c>; what waited past its worth is not answered at all, since Zeek has given it up.
/// </summary>
internal sealed class UrlService
{
    private readonly ZeekClient _client;
    private readonly UrlLookup _lookup;
    private readonly UrlServiceOptions _options;
    private readonly ulong _epoch;
    private readonly MailScanMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<(UrlRequest Request, UrlToLookUp Url, long Since)> _waiting;
    private long _toldMalformed;

    /// <param name="client">Not started yet.</param>
    /// <param name="lookup">Who is asked.</param>
    /// <param name="options">The caps.</param>
    /// <param name="bridge">Whose nodes are answered.</param>
    /// <param name="epoch">The daemon's.</param>
    /// <param name="metrics">Counts lookups.</param>
    /// <param name="time">For the limits.</param>
    /// <param name="logger">Told once of what is malformed.</param>
    public UrlService(ZeekClient client, UrlLookup lookup, UrlServiceOptions options, string bridge, ulong epoch, MailScanMetrics metrics, TimeProvider time, ILogger logger)
    {
        _client = client;
        _lookup = lookup;
        _options = options;
        _epoch = epoch;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<(UrlRequest, UrlToLookUp, long)>(new BoundedChannelOptions(options.MaxWaiting) { SingleWriter = true });
        client.Subscribe(Topics.Url(bridge));
    }

    /// <summary>Connects and answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _client.StartAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [ReadAsync(stop.Token), .. Enumerable.Range(0, _options.Workers).Select(_ => Task.Run(() => AnswerAsync(stop.Token), CancellationToken.None))];
        var first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(loops);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && first.IsFaulted)
        {
            await first; // What ended the others.
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in _client.ReadAllRawAsync(cancellationToken))
        {
            if (Decode(message) is not { } request)
            {
                continue;
            }

            var url = new UrlToLookUp(request.Url, request.Host);
            if (!_waiting.Writer.TryWrite((request, url, _time.GetTimestamp())))
            {
                Send(request, new UrlAnswer(VerdictKind.Unscanned, Reasons.Overload, $"urls.max_waiting, {_options.MaxWaiting}, lookups wait", [], []), TimeSpan.Zero);
            }
        }
    }

    private UrlRequest? Decode(ZeekRawEvent message)
    {
        try
        {
            if (message.Name != "MailScan::url_request")
            {
                _metrics.Unknown();
                return null;
            }

            var request = ZeekWire.DecodeEvent<UrlRequestEvent>(message.Payload.Span).R;
            if (request.Proto >= EventDecoder.Proto && request.Node.Length > 0)
            {
                return request;
            }

            throw new MalformedEventException($"{message.Name}: proto {request.Proto}, node \"{Printable.Text(request.Node)}\"; expected proto {EventDecoder.Proto} or later and a node's name.");
        }
        catch (Exception e) when (e is ZeekException or MalformedEventException)
        {
            _metrics.Malformed();
            if (Interlocked.Exchange(ref _toldMalformed, 1) == 0)
            {
                Log.MalformedEvent(_logger, Printable.Text(message.Sender, 120), e.Message);
            }

            return null;
        }
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        await foreach (var (request, url, since) in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            var waited = _time.GetElapsedTime(since);
            if (waited >= _options.Timeout)
            {
                _metrics.UrlExpired();
                continue;
            }

            UrlAnswer answer;
            try
            {
                answer = await _lookup.LookUpAsync(url, _options.Timeout - waited, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.UrlLookupFailed(_logger, e);
                answer = new UrlAnswer(VerdictKind.Error, Reasons.ToolDown, Printable.Text($"the lookup failed: {e.Message}"), [], []);
            }

            Send(request, answer, _time.GetElapsedTime(since));
        }
    }

    private void Send(UrlRequest r, UrlAnswer answer, TimeSpan took)
    {
        _metrics.Url(answer.Kind, answer.Reason, took);
        foreach (var source in answer.RateLimited)
        {
            _metrics.UrlRateLimited(source);
        }

        var result = _client.Publish(Topics.Reply(r.Node, r.Incarnation), new UrlVerdictEvent(new UrlVerdict(
            EventDecoder.Proto, r.Node, r.Incarnation, r.Seqno, _epoch, Words.Of(answer.Kind), answer.Reason, answer.Detail, (ulong)(answer.Findings.Count > 0 ? answer.Findings.Max(f => f.Score) : 0),
            [.. answer.Findings.Select(f => Printable.Text(f.Name)).Distinct()], answer.Tools,
            r.Ts, r.Url, r.Host, r.Source, r.Who, r.Uid, r.OrigH, r.OrigP, r.RespH, r.RespP, r.Fuid)));
        if (result != PublishResult.Sent)
        {
            _metrics.UrlUnsent();
        }
    }
}

/// <summary>How much the lookup of URLs may take.</summary>
public sealed record UrlServiceOptions
{
    /// <summary>Lookups waiting, at most; 5,000 by default. Beyond it <c>unscanned: overload</c>.</summary>
    public int MaxWaiting { get; init; } = 5000;

    /// <summary>Lookups at a time; 32 by default: most of them wait for a name server.</summary>
    public int Workers { get; init; } = 32;

    /// <summary>Longest time for one; 4 s by default, less than Zeek's 5.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often lists are looked at for changes; 30 s by default.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(30);
}
