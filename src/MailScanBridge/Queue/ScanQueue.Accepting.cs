using MailScanBridge.Intake;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Queue;

/// <summary>How <see cref="ScanQueue.AcceptAsync"/> ended.</summary>
/// <param name="IsNew">False for a repeat of a request that the journal has.</param>
/// <param name="Verdict">The answer, where there is one already.</param>
public readonly record struct Acceptance(bool IsNew, Verdict? Verdict);

/// <content>From a request to the journal.</content>
public sealed partial class ScanQueue
{
    /// <summary>
    /// Puts a request on the disk. A repeat (same key) changes nothing and gives the answer, if there is one. Beyond
    /// <see cref="QueueOptions.MaxOpen"/> the request is journalled with the answer <c>unscanned: overload</c>.
    /// </summary>
    /// <param name="request">What was asked.</param>
    /// <param name="epoch">Of this daemon.</param>
    /// <param name="giveUp">Why the request is to be answered with overload in any case; null where it is not.</param>
    /// <param name="patient">Whether the node waits for its verdicts, however long, and holds its own reading up for them (a trace): taken beyond the limit too.</param>
    public async Task<Acceptance> AcceptAsync(ScanRequest request, ulong epoch, string? giveUp = null, bool patient = false)
    {
        var now = _time.GetUtcNow();
        var entry = new Entry { Id = Interlocked.Increment(ref _lastId), Request = request, Received = new Arrival(_time) };
        var known = _entries.GetOrAdd(request.RequestKey, entry);
        if (!ReferenceEquals(known, entry))
        {
            await known.OnDisk.Task;
            return new Acceptance(false, await AnswerOf(known));
        }

        var (most, option) = patient ? (Math.Max(_options.MaxOpen, _options.MaxOpenTrace), "max_open_trace") : (_options.MaxOpen, "max_open");
        if (Interlocked.Increment(ref _open) > most)
        {
            giveUp = $"{most} requests are waiting (queue.{option})";
        }

        var later = giveUp is not null && ReserveLater(entry);
        var overload = giveUp is null ? null : OverloadVerdict(giveUp + (later ? "; it will be scanned later" : ""), epoch);
        SeqnoGap? filled = null;
        try
        {
            await _writer.Write(journal =>
            {
                journal.Insert(entry.Id, request, entry.Received.At);
                filled = IsCounted(journal, request.RequestKey.Node, request.RequestKey.Incarnation) ? journal.Ledger.CountAccepted(request.RequestKey, now) : null;
                if (overload is not null)
                {
                    journal.SetVerdict(entry.Id, overload, later);
                    journal.Ledger.CountVerdict(request.RequestKey, overload);
                }
            });
        }
        catch (Exception e)
        {
            _entries.TryRemove(request.RequestKey, out _);
            Interlocked.Decrement(ref _open);
            if (later)
            {
                FreeLater(entry);
            }

            entry.OnDisk.SetException(e);
            _ = entry.OnDisk.Task.Exception; // Observed here: perhaps nobody else waits for it.
            throw;
        }

        TellOfFilled(filled);
        if (overload is null)
        {
            Enqueue(entry);
        }
        else
        {
            Interlocked.Decrement(ref _open);
            _metrics.QueueOverload(later);
            entry.Verdict = overload;
            entry.State = RequestState.Answered;
            if (later)
            {
                _later.Enqueue(entry);
            }
        }

        entry.OnDisk.SetResult();
        return new Acceptance(true, overload);
    }

    private async Task<Verdict?> AnswerOf(Entry entry)
    {
        var verdict = entry.Verdict;
        if (verdict is null && entry.State is RequestState.Closed or RequestState.Done)
        {
            await _writer.Write(journal => verdict = journal.ReadVerdict(entry.Id));
        }

        return verdict;
    }
}
