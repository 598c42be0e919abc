using System.Text;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

/// <summary>
/// The topics a client wants, counted, and what of them the hub has been told. The counting is done here, so that the hub is told
/// of each topic once.
/// </summary>
/// <remarks>Thread safety: <see cref="Add"/> and <see cref="Remove"/> by any thread, the rest by the loop.</remarks>
internal sealed class SubscriptionSet
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _wanted = new(StringComparer.Ordinal);
    private readonly HashSet<byte[]> _told = new(ByteContent.Instance);
    private List<TaskCompletionSource> _waiting = [];
    private bool _changed;
    private bool _cancelled;

    /// <summary>Wants a topic once more; the task completes when it is live at the hub.</summary>
    public Task Add(string topic)
    {
        lock (_lock)
        {
            _wanted[topic] = _wanted.GetValueOrDefault(topic) + 1;
            return Wait_NeedsLock();
        }
    }

    public void Remove(string topic)
    {
        lock (_lock)
        {
            if (--_wanted[topic] == 0)
                _wanted.Remove(topic);
            _changed = true;
        }
    }

    /// <summary>Completes when all that was wanted so far is live at the hub, each before whatever is wanted from then on.</summary>
    public Task Settled()
    {
        lock (_lock)
            return Wait_NeedsLock();
    }

    /// <summary>A new link has been told nothing yet.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _told.Clear();
            _changed = true;
        }
    }

    /// <summary>Tells the link what changed, and gives the tasks that the next barrier completes; null where nothing changed.</summary>
    /// <param name="link">The link.</param>
    /// <param name="directory">Learns which topics are this client's own.</param>
    /// <param name="ended">Topics that are no longer wanted; they are this client's own until the next barrier has passed.</param>
    public List<TaskCompletionSource>? Apply(IHubLink link, TopicDirectory directory, out IReadOnlyList<byte[]> ended)
    {
        HashSet<byte[]> wanted;
        List<TaskCompletionSource> waiting;
        lock (_lock)
        {
            if (!_changed)
            {
                ended = [];
                return null;
            }

            _changed = false;
            wanted = new HashSet<byte[]>(_wanted.Keys.Select(Encoding.UTF8.GetBytes), ByteContent.Instance);
            (waiting, _waiting) = (_waiting, []);
        }

        foreach (var topic in wanted.Where(topic => !_told.Contains(topic)))
        {
            // First the directory: the notice of it must not pass for another's.
            directory.SetOwn(topic, on: true);
            link.Subscribe(topic, on: true);
        }

        ended = [.. _told.Where(topic => !wanted.Contains(topic))];
        foreach (var topic in ended)
            link.Subscribe(topic, on: false);
        _told.Clear();
        _told.UnionWith(wanted);
        return waiting;
    }

    /// <summary>Whether the link knows that the topic is wanted.</summary>
    public bool IsTold(byte[] topic) => _told.Contains(topic);

    /// <summary>Ends all waiting, since the client goes.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            _cancelled = true;
            _waiting.ForEach(live => live.TrySetCanceled());
            _waiting.Clear();
        }
    }

    private Task Wait_NeedsLock()
    {
        var live = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_cancelled)
        {
            live.SetCanceled();
            return live.Task;
        }

        _waiting.Add(live);
        _changed = true;
        return live.Task;
    }
}
