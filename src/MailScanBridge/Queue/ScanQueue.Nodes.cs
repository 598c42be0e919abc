using System.Collections.Concurrent;

namespace MailScanBridge.Queue;

/// <content>Which nodes are gone for good, so that a restart does not send to them for a day.</content>
public sealed partial class ScanQueue
{
    private readonly ConcurrentDictionary<NodeLife, DateTimeOffset> _gone = new();

    /// <summary>The nodes that are gone for good.</summary>
    public IReadOnlyCollection<NodeLife> Gone => [.. _gone.Keys];

    /// <summary>Whether the journal has a request of this life of a node.</summary>
    public bool Knows(NodeLife node) => _entries.Keys.Any(k => NodeLife.Of(k) == node);

    /// <summary>Notes on the disk that this life of a node is over and no other will ask for its verdicts.</summary>
    public async Task MarkGoneAsync(NodeLife node)
    {
        var now = _time.GetUtcNow();
        if (_gone.TryAdd(node, now))
        {
            try
            {
                await _writer.Write(journal => journal.InsertGone(node, now));
            }
            catch
            {
                _gone.TryRemove(node, out _);
                throw;
            }
        }
    }

    /// <summary>Forgets nodes that went before a time and of which nothing is left to close.</summary>
    private async Task ForgetNodesAsync(DateTimeOffset before)
    {
        var old = _gone.Where(g => g.Value < before).Select(g => g.Key).ToHashSet();
        if (old.Count == 0)
        {
            return;
        }

        old.ExceptWith(_entries.Where(e => e.Value.State is RequestState.Accepted or RequestState.Answered).Select(e => NodeLife.Of(e.Key)));
        foreach (var node in old)
        {
            await _writer.Write(journal => journal.RemoveGone(node));
            _gone.TryRemove(node, out _);
        }
    }
}
