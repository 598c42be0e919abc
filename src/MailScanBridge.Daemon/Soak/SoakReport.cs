using System.Globalization;
using System.Text;
using System.Text.Json;
using MailScanBridge.Daemon.Demo;

namespace MailScanBridge.Daemon.Soak;

/// <summary>What a soak found, and whether that is as it must be.</summary>
internal sealed record SoakReport
{
    // What a process may grow by in a minute, and in all, before it counts as a leak: pools and caches fill, and the collector has its own mind.
    private const double RssPerMinute = 8 * 1024 * 1024;
    private const double CountPerMinute = 2;

    // Over less than this a slope says how a daemon warms up.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMinutes(2);

    public required int Requests { get; init; }

    public required IReadOnlyList<SensorRow> Rows { get; init; }

    /// <summary>Lines of the daemon's verdict log that name a request a second time.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Verdicts that came again before their acknowledgement did; each was acknowledged, and counted once.</summary>
    public required int Repeats { get; init; }

    public required int Faults { get; init; }

    /// <summary>Whose they were, such as <c>clamd 20, hub 21</c>.</summary>
    public string FaultsText { get; init; } = "";

    /// <summary>Harm is done to a tool that alone decides: an answer may say that it was down, or too slow. Never may it say another thing than is so.</summary>
    public bool ToolsAreHarmed { get; init; }

    public required TimeSpan Sending { get; init; }

    /// <summary>Of the daemon's last life, the first half left out: a daemon that has just started grows.</summary>
    public required IReadOnlyList<Usage> Usages { get; init; }

    /// <summary>Files that are left in spool and store.</summary>
    public required int FilesLeft { get; init; }

    /// <summary>Processes of the daemon's, or of a tool's, that are left when everything is answered.</summary>
    public int ProcessesLeft { get; init; }

    /// <summary>Requests without a verdict of the daemon's.</summary>
    public int Lost => Requests - Rows.Where(r => !IsLost(r)).Select(r => r.Seqno).Distinct().Count();

    /// <summary>Verdicts that are not what the file is.</summary>
    public int Wrong => Rows.Count(r => !IsLost(r) && !IsUndecided(r) && r.Verdict != r.Label);

    /// <summary>Answers that say why nothing was proven, where tools are harmed.</summary>
    public int Undecided => Rows.Count(IsUndecided);

    public IReadOnlyList<string> Leaks =>
    [
        .. Slopes.Where(s => IsLong && s.PerMinute > s.Allowed).Select(s => s.Name),
        .. FilesLeft > 0 ? (string[])["files"] : [],
        .. ProcessesLeft > 0 ? (string[])["processes at the end"] : [],
    ];

    public bool IsGood => Lost == 0 && Wrong == 0 && Duplicates == 0 && Leaks.Count == 0 && Requests > Undecided;

    private bool IsLong => Usages.Count > 2 && Usages[^1].Seconds - Usages[0].Seconds >= s_shortest.TotalSeconds;

    private IEnumerable<(string Name, double First, double Last, double PerMinute, double Allowed)> Slopes =>
        Usages.Count == 0 ? [] : new (string Name, Func<Usage, double> Of, double Allowed)[]
        {
            ("rss_mib", u => u.Rss / 1024 / 1024, RssPerMinute / 1024 / 1024), ("handles", u => u.Handles, CountPerMinute), ("threads", u => u.Threads, CountPerMinute), ("processes", u => u.Processes, CountPerMinute),
        }.Select(m => (m.Name, m.Of(Usages[0]), m.Of(Usages[^1]), ProcessWatch.SlopePerMinute(Usages, m.Of), m.Allowed));

    public override string ToString()
    {
        var text = new StringBuilder();
        var latencies = Rows.Where(r => !IsLost(r)).Select(r => r.Latency.TotalMilliseconds).Order().ToList();
        text.AppendLine(CultureInfo.InvariantCulture, $"requests {Requests} in {Sending.TotalSeconds:0.0} s ({Requests / Math.Max(0.001, Sending.TotalSeconds):0}/s), answers {Requests - Lost}, lost {Lost}, wrong {Wrong}, duplicates {Duplicates}, undecided {Undecided}, repeats {Repeats}, faults {Faults}{(FaultsText.Length > 0 ? $" ({FaultsText})" : "")}, files left {FilesLeft}, processes left {ProcessesLeft}");
        text.AppendLine(CultureInfo.InvariantCulture, $"latency p50 {At(latencies, 0.5):0} ms, p99 {At(latencies, 0.99):0} ms, most {At(latencies, 1):0} ms");
        foreach (var (name, first, last, slope, allowed) in Slopes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name} {first:0.#} -> {last:0.#}, slope {slope:0.00}/min ({(IsLong ? $"allowed {allowed:0.##}" : "over too short a time to judge")})");
        }

        foreach (var odd in Rows.Where(r => IsLost(r) || r.Verdict != r.Label).GroupBy(r => (r.Label, r.Verdict, r.Reason)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{odd.Count()} times {odd.Key.Verdict} {odd.Key.Reason} where {odd.Key.Label} was due");
        }

        text.Append(IsGood ? $"good: nothing lost, nothing wrong, {(IsLong ? "no leak" : "too short to see a leak")}" : $"BAD{(Leaks.Count > 0 ? $": grows or is left: {string.Join(", ", Leaks)}" : "")}");
        return text.ToString();
    }

    /// <summary>How many lines of the verdict log repeat a request; one that a kill cut in two does not count.</summary>
    public static int CountDuplicates(string verdictLog)
    {
        var seen = new HashSet<string>();
        return File.Exists(verdictLog) ? File.ReadLines(verdictLog).Select(Key).OfType<string>().Count(k => !seen.Add(k)) : 0;
    }

    private static string? Key(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return $"{root.GetProperty("node")}/{root.GetProperty("incarnation")}/{root.GetProperty("seqno")}/{root.GetProperty("revision")}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            return null;
        }
    }

    // What the sensor gives up has no detail; what a daemon answers has one.
    private bool IsUndecided(SensorRow row) => ToolsAreHarmed && row.Seqno > 0 && row.Detail.Length > 0
        && row.Verdict is "error" or "unscanned" && row.Reason is Reasons.ToolDown or Reasons.Timeout;

    private bool IsLost(SensorRow row) => row.Seqno == 0 || (!IsUndecided(row) && row.Reason is Reasons.Timeout or Reasons.NoBridge or Reasons.GaveUp or Reasons.Custody);

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
