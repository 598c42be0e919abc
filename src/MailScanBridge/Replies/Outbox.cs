using System.Collections.Concurrent;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;

namespace MailScanBridge.Replies;

/// <summary>
/// Verdicts on their way: published at once, and again with growing pauses until the node acknowledges them. Knows which
/// trace nodes have said good-bye, since nobody will ever acknowledge theirs. Safe for concurrent use.
/// </summary>
internal sealed class Outbox(Func<string, VerdictEvent, PublishResult> publish, ReplyOptions options, MailScanMetrics metrics, TimeProvider time)
{
    private readonly ConcurrentDictionary<RequestKey, Reply> _open = new();
    private readonly ConcurrentDictionary<NodeLife, TimeSpan> _gone = new();
    private readonly long _started = time.GetTimestamp();

    /// <summary>By a clock that no step of the wall clock moves: a step back must not hold up what is due.</summary>
    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>Verdicts sent and not acknowledged.</summary>
    public int Count => _open.Count;

    /// <summary>Publishes a verdict and keeps it until <see cref="Remove"/>; a later revision takes the place of an earlier one.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="verdict">The answer.</param>
    /// <param name="waited">How long it has waited for its acknowledgement already, before this daemon began.</param>
    public void Send(FileRequest request, Verdict verdict, TimeSpan waited = default)
    {
        Publish(_open.AddOrUpdate(request.RequestKey, _ => New(), (_, waiting) => waiting.Verdict.Revision < verdict.Revision ? New() : waiting));

        Reply New() => new(request, verdict, options.Resend, Now - waited);
    }

    /// <summary>Takes a verdict out: acknowledged or given up.</summary>
    /// <param name="key">The request.</param>
    /// <param name="acknowledged">The revision that was acknowledged; null where it is given up.</param>
    public void Remove(RequestKey key, int? acknowledged = null)
    {
        if (_open.TryGetValue(key, out var reply) && !(acknowledged < reply.Verdict.Revision))
        {
            _open.TryRemove(KeyValuePair.Create(key, reply));
        }
    }

    /// <summary>Publishes what is due again.</summary>
    public void Resend()
    {
        var now = Now;
        foreach (var reply in _open.Values.Where(r => r.Due <= now).OrderBy(r => r.Due).Take(options.MaxPerRound))
        {
            reply.Pause = reply.Pause * 2 > options.MaxResend ? options.MaxResend : reply.Pause * 2;
            metrics.VerdictResent();
            Publish(reply);
        }
    }

    /// <summary>What has waited for its acknowledgement longer than <see cref="ReplyOptions.GiveUpAfter"/>.</summary>
    public IReadOnlyList<RequestKey> Expired()
    {
        var limit = Now - options.GiveUpAfter;
        return [.. _open.Where(o => o.Value.Since < limit).Select(o => o.Key)];
    }

    /// <summary>The oldest of what is more than <see cref="ReplyOptions.MaxUnacknowledged"/>.</summary>
    public IReadOnlyList<RequestKey> Surplus()
    {
        var surplus = _open.Count - options.MaxUnacknowledged;
        return surplus <= 0 ? [] : [.. _open.OrderBy(o => o.Value.Since).Take(surplus).Select(o => o.Key)];
    }

    /// <summary>A node said hello: what waits for it, whatever the incarnation, is due at once.</summary>
    public void NodeIsBack(string node)
    {
        foreach (var reply in _open.Values.Where(r => r.Request.Node == node))
        {
            reply.Pause = options.Resend;
            reply.Due = Now;
        }
    }

    /// <summary>
    /// A trace node ended: no later incarnation will ask. Gives the keys that nobody will acknowledge; null where
    /// <see cref="ReplyOptions.MaxGone"/> are noted already, and this one is not.
    /// </summary>
    public IReadOnlyList<RequestKey>? NodeIsGone(NodeLife node)
    {
        var limit = Now - options.GiveUpAfter;
        foreach (var (old, _) in _gone.Where(g => g.Value < limit))
        {
            _gone.TryRemove(old, out _);
        }

        if (_gone.Count >= options.MaxGone && !_gone.ContainsKey(node))
        {
            return null;
        }

        _gone[node] = Now;
        return [.. _open.Keys.Where(k => NodeLife.Of(k) == node)];
    }

    /// <summary>Whether this incarnation has said good-bye for good.</summary>
    public bool IsGone(RequestKey key) => _gone.ContainsKey(NodeLife.Of(key));

    private void Publish(Reply reply)
    {
        reply.Due = Now + reply.Pause;
        publish(reply.Request.RequestKey.ReplyTopic, VerdictEvent.From(reply.Request, reply.Verdict));
    }

    private sealed class Reply(FileRequest request, Verdict verdict, TimeSpan pause, TimeSpan since)
    {
        public FileRequest Request { get; } = request;
        public Verdict Verdict { get; } = verdict;
        public TimeSpan Since { get; } = since;
        public TimeSpan Pause { get; set; } = pause;
        public TimeSpan Due { get; set; }
    }
}
