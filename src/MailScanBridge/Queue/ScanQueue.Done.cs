namespace MailScanBridge.Queue;

/// <content>What is finished, and for how long it is remembered.</content>
public sealed partial class ScanQueue
{
    /// <summary>Notes that a closed request's file is gone from the store.</summary>
    public async Task DoneAsync(RequestKey key)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            // What has yet to be written to the verdict log stays whole.
            var remembered = entry.Logged ? entry.Request.Remembered() : entry.Request;
            await _writer.Write(journal => journal.SetDone(entry.Id, remembered));
            entry.Request = remembered;
            entry.State = RequestState.Done;
            _done.Enqueue(key);
            await TrimDoneAsync();
        }
    }

    private async Task TrimDoneAsync()
    {
        while (_done.Count > _options.MaxDone && _done.TryDequeue(out var oldest))
        {
            if (!_entries.TryGetValue(oldest, out var entry))
            {
                continue;
            }

            if (!entry.Logged)
            {
                _done.Enqueue(oldest); // Its answer must reach the verdict log first.
                return;
            }

            await _writer.Write(journal => journal.Remove(entry.Id));
            _entries.TryRemove(oldest, out _);
            _metrics.DoneEarly();
        }
    }

    /// <summary>Removes rows that have been done for longer than <see cref="QueueOptions.KeepDone"/>.</summary>
    public async Task CompactAsync()
    {
        var limit = _time.GetUtcNow() - _options.KeepDone;
        await _writer.Write(journal => journal.Ledger.Forget(_time.GetUtcNow() - _options.KeepLedger));
        await ForgetNodesAsync(limit);
        await Task.WhenAll(_entries.Where(e => e.Value is { State: RequestState.Done, Logged: true } && e.Value.Received.At < limit).Select(async e =>
        {
            await _writer.Write(journal => journal.Remove(e.Value.Id));
            _entries.TryRemove(e.Key, out _);
        }));
    }
}
