using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>
/// Each content is scanned once: a scanner's answer holds for the same content again, as long as its version (tool and rules)
/// stays the same, and whoever asks while the scan still runs waits for it. Kept by scanner, so that it does not matter by
/// which plan a content came, and by all that the scanner sees (<see cref="IScanner.Sees"/>), so that what was found in one
/// file's name is never said of another's. Only proven answers are kept: a failure is shared with those who waited for it, and
/// forgotten. Safe for concurrent use.
/// </summary>
public sealed class ScanCache(ScanCacheOptions options, MailScanMetrics metrics, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, TaskCompletionSource<ScannerResult?>> _running = [];
    private readonly Dictionary<Key, LinkedListNode<Entry>> _known = [];
    private readonly LinkedList<Entry> _byUse = []; // asked for last: at the end

    /// <summary>Answers kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _known.Count;
            }
        }
    }

    /// <summary>An answer that is known or under way, or else <paramref name="scanner"/>'s own.</summary>
    /// <param name="scanner">Whom to ask.</param>
    /// <param name="item">What about.</param>
    /// <param name="cancellationToken">Ends the wait, and the scan if it is this caller's own: those who joined it go on.</param>
    /// <returns>The answer, and whether it is that of another item's scan.</returns>
    public async ValueTask<(ScannerResult Result, bool Reused)> ScanAsync(IScanner scanner, ScanItem item, CancellationToken cancellationToken)
    {
        await scanner.RefreshAsync(cancellationToken);
        if (scanner.Version is not { } version)
        {
            return (await scanner.ScanAsync(item, cancellationToken), false); // Which rules answer is not known.
        }

        var key = Key.Of(scanner.Name, version, item.Sha256, scanner.Sees(item));
        while (true)
        {
            TaskCompletionSource<ScannerResult?>? other;
            var mine = new TaskCompletionSource<ScannerResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (Find_NeedsLock(key) is { } known)
                {
                    metrics.CacheHit();
                    return (known, true);
                }

                if (!_running.TryGetValue(key, out other))
                {
                    _running.Add(key, mine);
                }
            }

            if (other is null)
            {
                metrics.CacheMiss();
                return (await LeadAsync(scanner, item, key, version, mine, cancellationToken), false);
            }

            if (await other.Task.WaitAsync(cancellationToken) is { } shared)
            {
                metrics.CacheJoined();
                return (shared, true);
            }

            // Whoever led was cancelled, or ended without an answer: that is no answer to us. One of those who waited leads next.
        }
    }

    private async ValueTask<ScannerResult> LeadAsync(
        IScanner scanner, ScanItem item, Key key, string version, TaskCompletionSource<ScannerResult?> mine, CancellationToken cancellationToken)
    {
        ScannerResult? result = null;
        try
        {
            result = await scanner.ScanAsync(item, cancellationToken);
            return result;
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(key);
                if (result is { Outcome: not ScanOutcome.Failed } && scanner.Version == version) // not where the rules changed meanwhile
                {
                    Keep_NeedsLock(key, result);
                }
            }

            mine.SetResult(result);
        }
    }

    /// <summary>By a clock that no step of the wall clock moves: a step back must not keep an answer for longer.</summary>
    private TimeSpan Now => time.GetElapsedTime(_started);

    private ScannerResult? Find_NeedsLock(Key key)
    {
        if (!_known.TryGetValue(key, out var node))
        {
            return null;
        }

        _byUse.Remove(node);
        if (node.Value.Until <= Now)
        {
            _known.Remove(key);
            return null;
        }

        _byUse.AddLast(node);
        return node.Value.Result;
    }

    private void Keep_NeedsLock(Key key, ScannerResult result)
    {
        if (options.MaxEntries == 0)
        {
            return;
        }

        var until = Now + (result.Findings.Count > 0 ? options.KeepBad : options.KeepClean);
        _known[key] = _byUse.AddLast(new Entry(key, result, until)); // Never there already: the key was ours alone while we led.
        while (_known.Count > options.MaxEntries && _byUse.First is { } oldest)
        {
            _byUse.RemoveFirst();
            _known.Remove(oldest.Value.Key);
            metrics.CacheEvicted();
        }
    }

    private sealed record Entry(Key Key, ScannerResult Result, TimeSpan Until);

    /// <summary>A hash over all that an answer hangs on: 32 bytes, however long the names are.</summary>
    private readonly record struct Key(UInt128 High, UInt128 Low)
    {
        public static Key Of(params ReadOnlySpan<string> parts)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var part in parts)
            {
                hash.AppendData(BitConverter.GetBytes(part.Length)); // so that no two lists of parts read alike
                hash.AppendData(Encoding.Unicode.GetBytes(part));
            }

            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            hash.GetHashAndReset(digest);
            return new Key(BinaryPrimitives.ReadUInt128BigEndian(digest), BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
        }
    }
}
