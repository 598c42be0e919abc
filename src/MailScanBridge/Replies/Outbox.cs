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
    private readonly ConcurrentDictionary<(string Node, ulong Incarnation), DateTimeOffset> _gone = new();

    /// <summary>Verdicts sent and not acknowledged.</summary>
    public int Count => _open.Count;

    /// <summary>Publishes a verdict and keeps it until <see cref="Remove"/>; a later revision takes the place of an earlier one.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="verdict">The answer.</param>
    /// <param name="since">From when on it waits for its acknowledgement; now unless given.</param>
    public void Send(FileRequest request, Verdict verdict, DateTimeOffset? since = null)
    {
        Publish(_open.AddOrUpdate(request.RequestKey, _ => New(), (_, waiting) => waiting.Verdict.Revision < verdict.Revision ? New() : waiting));

        Reply New() => new(request, verdict, options.Resend, since ?? time.GetUtcNow());
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
        var now = time.GetUtcNow();
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
        var limit = time.GetUtcNow() - options.GiveUpAfter;
        return [.. _open.Where(o => o.Value.Since < limit).Select(o => o.Key)];
    }

    /// <summary>A node said hello: what waits for it, whatever the incarnation, is due at once.</summary>
    public void NodeIsBack(string node)
    {
        foreach (var reply in _open.Values.Where(r => r.Request.Node == node))
        {
            reply.Pause = options.Resend;
            reply.Due = time.GetUtcNow();
        }
    }

    /// <summary>A trace node ended: no later incarnation will ask. Gives the keys that nobody will acknowledge.</summary>
    public IReadOnlyList<RequestKey> NodeIsGone(string node, ulong incarnation)
    {
        _gone[(node, incarnation)] = time.GetUtcNow();
        foreach (var (old, _) in _gone.Where(g => g.Value < time.GetUtcNow() - TimeSpan.FromHours(1)))
        {
            _gone.TryRemove(old, out _);
        }

        return [.. _open.Keys.Where(k => k.Node == node && k.Incarnation == incarnation)];
    }

    /// <summary>Whether this incarnation has said good-bye for good.</summary>
    public bool IsGone(RequestKey key) => _gone.ContainsKey((key.Node, key.Incarnation));

    private void Publish(Reply reply)
    {
        reply.Due = time.GetUtcNow() + reply.Pause;
        publish(reply.Request.RequestKey.ReplyTopic, VerdictEvent.From(reply.Request, reply.Verdict));
    }

    private sealed class Reply(FileRequest request, Verdict verdict, TimeSpan pause, DateTimeOffset since)
    {
        public FileRequest Request { get; } = request;
        public Verdict Verdict { get; } = verdict;
        public DateTimeOffset Since { get; } = since;
        public TimeSpan Pause { get; set; } = pause;
        public DateTimeOffset Due { get; set; }
    }
}
