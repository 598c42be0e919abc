using System.Globalization;

namespace MailScanBridge.Daemon.Soak;

/// <summary>Does harm at random moments, to one party after another: each as often as the others, in an order that the seed decides.</summary>
internal sealed class SoakHarm(SoakOptions options, IReadOnlyList<SoakParty> parties)
{
    private readonly Random _random = new(options.Seed);
    private readonly Dictionary<string, int> _done = [];
    private readonly Queue<SoakParty> _next = new();
    private int _count;

    /// <summary>Faults done.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>As many as there may be.</summary>
    public bool IsDone => options.Fault == "none" || (options.Faults > 0 && Volatile.Read(ref _count) >= options.Faults);

    /// <summary>Such as <c>20 kills of clamd, 20 of hub</c>; empty where nothing was done.</summary>
    public string Text => string.Join(", ", _done.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Key} {d.Value}")));

    /// <summary>Until the last file was asked about, or as many faults are done as there may be.</summary>
    /// <param name="goesOn">False once there is nothing left to disturb.</param>
    /// <param name="over">Completes when the run ends.</param>
    /// <param name="harmed">Told after each.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<bool> goesOn, Task over, Action<SoakParty> harmed, CancellationToken cancellationToken)
    {
        while (!IsDone && !over.IsCompleted && goesOn())
        {
            await Task.WhenAny(over, Task.Delay(options.Every * 2 * _random.NextDouble(), cancellationToken));
            if (over.IsCompleted)
            {
                return;
            }

            var party = Next();
            if (options.Fault == "kill" ? await party.KillAsync(cancellationToken) : await party.HoldAsync(options.StopFor, cancellationToken))
            {
                _done[party.Name] = _done.GetValueOrDefault(party.Name) + 1;
                Interlocked.Increment(ref _count);
                harmed(party);
            }
        }
    }

    private SoakParty Next()
    {
        if (_next.Count == 0)
        {
            var order = parties.ToArray();
            _random.Shuffle(order);
            Array.ForEach(order, _next.Enqueue);
        }

        return _next.Dequeue();
    }
}
