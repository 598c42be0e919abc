using System.Collections.Concurrent;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Queue;

/// <content>
/// Requests answered without a scan because too much was waiting, whose files stay in the store for a scan when nothing waits.
/// Their answer then is a later revision of the first.
/// </content>
public sealed partial class ScanQueue
{
    private readonly ConcurrentQueue<Entry> _later = new();
    private int _laterCount;
    private long _laterBytes;

    /// <summary>Files kept for a later scan.</summary>
    public int LaterCount => Volatile.Read(ref _laterCount);

    /// <summary>Requests that wait for a worker.</summary>
    public int WaitingCount => _waiting.Count + SuspectCount();

    /// <summary>How long the request that is next has waited for a worker; zero where none waits.</summary>
    public TimeSpan OldestWait => _waiting.Foremost() is { Count: > 0 } next ? next.Max(e => _time.GetElapsedTime(e.WaitsSince)) : TimeSpan.Zero;

    /// <summary>
    /// Where no request waits, puts up to <paramref name="most"/> of those kept for later in line. One whose first verdict is not in the
    /// verdict log yet is passed over this time: the second verdict takes its place in the journal.
    /// </summary>
    public void TakeUpLater(int most)
    {
        if (WaitingCount > 0)
        {
            return;
        }

        for (var left = Math.Min(most, _later.Count); left > 0 && _later.TryDequeue(out var entry); left--)
        {
            if (entry.Logged)
            {
                Enqueue(entry);
            }
            else
            {
                _later.Enqueue(entry);
            }
        }
    }

    /// <summary>Makes room among what is kept for later; false where there is none.</summary>
    private bool ReserveLater(Entry entry)
    {
        if (entry.Request.StoreName is null)
        {
            return false;
        }

        lock (_later)
        {
            if (_laterCount >= _options.MaxLater || _laterBytes + entry.Bytes > _options.MaxLaterBytes)
            {
                return false;
            }

            HoldForLater(entry);
            return true;
        }
    }

    /// <summary>Counts a file as kept for later.</summary>
    private void HoldForLater(Entry entry)
    {
        lock (_later)
        {
            entry.Later = true;
            _laterCount++;
            _laterBytes += entry.Bytes;
        }
    }

    private void FreeLater(Entry entry)
    {
        lock (_later)
        {
            _laterCount--;
            _laterBytes -= entry.Bytes;
        }
    }

    private static Verdict OverloadVerdict(string detail, ulong epoch) => Verdict.Without(VerdictKind.Unscanned, Reasons.Overload, detail, TimeSpan.Zero, epoch);
}
