namespace MailScanBridge.Response;

/// <summary>
/// What the responder has in force, and whether it may take more: the caps that hold whatever Zeek asks. Two rules may drop the
/// same; it is let go with the last of them. Not safe for concurrent use.
/// </summary>
internal sealed class DropBook(ResponderOptions options, TimeProvider time)
{
    private readonly Dictionary<(string Node, ulong Incarnation, string Rule), (IReadOnlyList<DropElement> Elements, TimeSpan Until)> _rules = [];
    private readonly Queue<TimeSpan> _made = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>By a clock that no step of the wall clock moves, as the kernel's own times are.</summary>
    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>Rules in force.</summary>
    public int Count => _rules.Count;

    /// <summary>Why one more rule may not be made now; null where it may.</summary>
    public string? WhyNot(Drop drop)
    {
        Forget();
        var age = time.GetUtcNow() - drop.Sent;
        return drop switch
        {
            { Expire.Ticks: <= 0 } => "without a time after which it ends",
            _ when drop.Expire > options.MaxTime => $"for {drop.Expire}, longer than respond.max_time, {options.MaxTime}",
            _ when age > options.MaxAge => $"sent {age.TotalSeconds:0} s ago, longer than respond.max_age, {options.MaxAge.TotalSeconds:0} s",
            _ when _rules.Count >= options.MaxRules => $"respond.max_rules, {options.MaxRules}, are in force",
            _ when _made.Count >= options.MaxPerHour => $"respond.max_per_hour, {options.MaxPerHour}, were made within an hour",
            _ => null,
        };
    }

    /// <summary>Whether the rule is in force.</summary>
    public bool Has(string node, ulong incarnation, string rule)
    {
        Forget();
        return _rules.ContainsKey((node, incarnation, rule));
    }

    /// <summary>Notes a rule that is in force from now on. An element that another rule keeps for longer stays for so long: the time to give it is returned.</summary>
    public TimeSpan Add(Drop drop, IReadOnlyList<DropElement> elements)
    {
        var now = Now;
        var until = now + drop.Expire;
        foreach (var other in _rules.Values.Where(r => r.Elements.Intersect(elements).Any()))
        {
            until = other.Until > until ? other.Until : until;
        }

        _rules[(drop.Node, drop.Incarnation, drop.Rule)] = (elements, now + drop.Expire);
        _made.Enqueue(now);
        return until - now;
    }

    /// <summary>Strikes a rule out; the elements that no other rule needs are to be let go.</summary>
    public IReadOnlyList<DropElement> Remove(string node, ulong incarnation, string rule)
    {
        Forget();
        return _rules.Remove((node, incarnation, rule), out var removed)
            ? [.. removed.Elements.Except(_rules.Values.SelectMany(r => r.Elements))]
            : [];
    }

    private void Forget()
    {
        var now = Now;
        foreach (var (key, rule) in _rules)
        {
            if (rule.Until <= now)
            {
                _rules.Remove(key);
            }
        }

        while (_made.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromHours(1))
        {
            _made.Dequeue();
        }
    }
}
