namespace MailScanBridge.Daemon.Demo;

/// <summary>Counts what was asked and what came of it: every file must end as a verdict or as a named reason.</summary>
internal sealed class DemoLedger
{
    private readonly SortedDictionary<string, int> _verdicts = [];
    private readonly SortedDictionary<string, int> _reasons = [];

    /// <summary>Rows counted.</summary>
    public int Rows { get; private set; }

    public void Add(string verdict, string reason)
    {
        Rows++;
        var (counts, word) = reason.Length > 0 ? (_reasons, reason) : (_verdicts, verdict);
        counts[word] = counts.GetValueOrDefault(word) + 1;
    }

    /// <summary>One line: asked = verdicts + reasons.</summary>
    public string Line(int asked)
    {
        var verdicts = string.Join(", ", _verdicts.Select(v => $"{v.Value} {v.Key}"));
        var reasons = string.Join(", ", _reasons.Select(r => $"{r.Value} {r.Key}"));
        return $"ledger: {asked} asked = {_verdicts.Values.Sum()} verdicts ({verdicts}) + {_reasons.Values.Sum()} reasons ({reasons}){(asked == Rows ? "" : $": DOES NOT BALANCE, {asked - Rows} are missing")}";
    }
}
