using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;
using Xunit;

namespace MailScanBridge.Tests.Verdicts;

public sealed class VerdictMakerTests
{
    private static readonly Finding s_bad = new("Bad", VerdictKind.Malicious, 100);
    private static readonly Finding s_odd = new("Odd", VerdictKind.Suspicious, 60);

    // One item's steps, what Zeek saw, what the unpacker met: the verdict and its reason.
    public static TheoryData<string, string, string, string, string> Combinations => new()
    {
        { "content+", "", "", "clean", "" },
        { "content+ hashes~", "", "", "clean", "" },
        { "content+ clamd!?timeout", "", "", "clean", "" },
        { "content+ clamd-?", "", "", "clean", "" },
        { "hashes~", "", "", "unscanned", "no_scanner" },
        { "", "", "", "unscanned", "no_scanner" },
        { "content-", "", "", "unscanned", "no_scanner" },
        { "content-?", "", "", "unscanned", "no_scanner" },
        { "content~", "", "", "unscanned", "no_scanner" },
        { "content~ clamd+?", "", "", "unscanned", "no_scanner" },
        { "content~? clamd+?", "", "", "clean", "" },
        { "content!timeout", "", "", "unscanned", "timeout" },
        { "content+ clamd!timeout", "", "", "unscanned", "timeout" },
        { "content+ clamd!tool_down", "", "", "unscanned", "tool_down" },
        { "content+ clamd!too_large", "", "", "unscanned", "too_large" },
        { "content+ clamd!encrypted", "", "", "unscanned", "encrypted" },
        { "content+ clamd!limits", "", "", "unscanned", "limits" },
        { "content!?encrypted", "", "", "unscanned", "encrypted" },
        { "content~? clamd!?tool_down", "", "", "unscanned", "tool_down" },
        { "content!timeout clamd!encrypted", "", "", "unscanned", "encrypted" },
        { "content+odd", "", "", "suspicious", "" },
        { "content+bad", "", "", "malicious", "" },
        { "hashes~bad", "", "", "malicious", "" },
        { "hashes~bad content-", "", "", "malicious", "" },
        { "content!timeout,bad", "", "", "malicious", "" },
        { "content!?timeout,bad", "", "", "malicious", "" },
        { "content!timeout,odd", "", "", "suspicious", "" },
        { "content+odd clamd+bad", "", "", "malicious", "" },
        { "content+", "truncated", "", "unscanned", "truncated" },
        { "content+bad", "truncated", "", "malicious", "" },
        { "content+odd", "truncated", "", "suspicious", "" },
        { "content+", "size", "", "error", "custody" },
        { "content+", "hash", "", "error", "custody" },
        { "content!timeout", "hash", "", "error", "custody" },
        { "content+bad", "size", "", "malicious", "" },
        { "content+bad", "hash", "", "malicious", "" },
        { "content+", "", "encrypted", "unscanned", "encrypted" },
        { "content+", "", "limits", "unscanned", "limits" },
        { "content+", "", "damaged", "unscanned", "damaged" },
        { "content+", "", "unsupported", "unscanned", "unsupported" },
        { "content+", "truncated", "damaged", "unscanned", "truncated" },
        { "content+bad", "", "encrypted", "malicious", "" },
        { "content+odd", "", "limits", "suspicious", "" },
    };

    [Theory]
    [MemberData(nameof(Combinations))]
    public void The_worst_proven_finding_wins_and_a_failure_never_reads_as_clean(string steps, string zeek, string problem, string verdict, string reason)
    {
        var made = Make(steps, zeek, problem);

        Assert.Equal((verdict, reason), (Words.Of(made.Kind), made.Reason));
        Assert.Equal(made.Kind == VerdictKind.Clean, made.Detail.Length == 0);
    }

    [Fact]
    public void In_every_combination_of_steps_clean_needs_proof_and_no_failure_of_a_mandatory_step()
    {
        string[] outcomes = ["+", "~", "!timeout", "-", "+odd", "~bad", "!limits,odd"];
        var seen = new HashSet<VerdictKind>();
        foreach (var first in outcomes)
        {
            foreach (var second in outcomes)
            {
                foreach (var (one, two) in ((string, string)[])[("", ""), ("?", ""), ("", "?"), ("?", "?")])
                {
                    var made = Make($"content{Optional(first, one)} clamd{Optional(second, two)}", "", "");
                    seen.Add(made.Kind);
                    var failed = (first[0] == '!' && one == "") || (second[0] == '!' && two == "");
                    var unproven = (first[0] == '~' && one == "") || (second[0] == '~' && two == "");
                    if (made.Kind == VerdictKind.Clean)
                    {
                        Assert.False(failed || unproven, $"{first}{one} {second}{two}");
                        Assert.Contains('+', $"{first[0]}{second[0]}");
                    }

                    Assert.Equal(made.Kind is VerdictKind.Error or VerdictKind.Unscanned, made.Reason.Length > 0);
                    Assert.Equal($"{first}{second}".Contains("bad", StringComparison.Ordinal), made.Kind == VerdictKind.Malicious);
                }
            }
        }

        Assert.Superset(new HashSet<VerdictKind> { VerdictKind.Clean, VerdictKind.Unscanned, VerdictKind.Suspicious, VerdictKind.Malicious }, seen);

        static string Optional(string outcome, string mark) => outcome.Insert(1, mark);
    }

    [Fact]
    public void A_mandatory_scanner_that_this_machine_lacks_is_named()
    {
        var item = Support.Make.Item(content: [1]);
        var absent = new StepReport("clamd", null, true, true, ScannerResult.Failed(Reasons.ToolDown, "not on this machine"), null, TimeSpan.Zero);

        var made = MakeOf([item], [new ScanReport(item, [Step("content+"), absent])]);

        Assert.Equal((VerdictKind.Unscanned, Reasons.ToolDown), (made.Kind, made.Reason));
        Assert.Contains("clamd: not on this machine", made.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_speaks_against_nobody_and_stands_in_the_detail()
    {
        var item = Support.Make.Item(content: [1]);
        var note = new StepReport("pdf-parser", null, false, false, ScannerResult.NoOpinion(new Finding("Pdf.ScriptText", VerdictKind.Clean, 0, "(app.alert)")), null, TimeSpan.Zero);

        var made = MakeOf([item], [new ScanReport(item, [Step("content+"), note])]);

        Assert.Equal((VerdictKind.Clean, "", 0, 0), (made.Kind, made.Reason, made.Score, made.Names.Count));
        Assert.Contains("pdf-parser: Pdf.ScriptText", made.Detail, StringComparison.Ordinal);
        Assert.Contains("(app.alert)", made.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Coverage_counts_the_parts_that_were_scanned_whole()
    {
        var root = Support.Make.Item("message/rfc822", null, content: [1]);
        var good = Support.Make.Item("text/plain", "a", root, content: [2]);
        var late = Support.Make.Item("text/plain", "b", root, content: [3]);
        var zip = Support.Make.Item("application/zip", "c", root, content: [4]);
        var program = Support.Make.Item("application/x-dosexec", "d", zip, content: [5]);

        var made = MakeOf(
            [root, good, late, zip, program],
            [
                new ScanReport(root, [Step("content+")]),
                new ScanReport(good, [Step("content+")]),
                new ScanReport(late, [Step("content!timeout")]),
                new ScanReport(zip, [Step("content+")]),
                new ScanReport(program, [Step("content~?")]),
            ],
            problems: [new UnpackProblem(zip, Reasons.Encrypted, "x")]);

        Assert.Equal((5, 2), (made.PartsFound, made.PartsScanned));
        Assert.Equal(Reasons.Encrypted, made.Reason);
        Assert.Contains("timeout: message/rfc822 > \"b\"", made.Detail, StringComparison.Ordinal);
        Assert.Contains("no_scanner: message/rfc822 > \"c\" > \"d\"", made.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_a_mandatory_scanner_failed_on_is_not_counted_as_scanned_although_it_is_malicious()
    {
        var made = Make("hashes~bad content!timeout", "", "");

        Assert.Equal((VerdictKind.Malicious, 0), (made.Kind, made.PartsScanned));
        Assert.Contains("timeout", made.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_left_out_after_a_proof_are_no_gap()
    {
        var made = Make("content+bad clamd-", "", "");

        Assert.Equal((VerdictKind.Malicious, 1, 1), (made.Kind, made.PartsFound, made.PartsScanned));
    }

    [Fact]
    public void Items_with_the_same_content_share_a_report_and_each_counts()
    {
        var root = Support.Make.Item("message/rfc822", null, content: [1]);
        var one = Support.Make.Item("text/plain", "a", root, content: [2]);
        var two = Support.Make.Item("text/plain", "a", root, content: [2]);

        var made = MakeOf([root, one, two], [new ScanReport(root, [Step("content+")]), new ScanReport(one, [Step("content+bad")])]);

        Assert.Equal((VerdictKind.Malicious, 3, 3), (made.Kind, made.PartsFound, made.PartsScanned));
        Assert.Equal(["Bad"], made.Names);
    }

    [Fact]
    public void Names_come_worst_first_without_repeats_and_the_score_is_the_worst()
    {
        var item = Support.Make.Item(content: [1]);
        var result = ScannerResult.Scanned(s_odd, s_bad, new Finding("Worse", VerdictKind.Malicious, 100), s_odd, new Finding("Low", VerdictKind.Suspicious, 10));

        var made = MakeOf([item], [new ScanReport(item, [new StepReport("x", "1", true, true, result, null, TimeSpan.FromMilliseconds(3))])]);

        Assert.Equal(100, made.Score);
        Assert.Equal(4, made.Names.Count);
        Assert.Equal(["Odd", "Low"], made.Names.Skip(2));
        Assert.Equal(["x 1: 5 found (1 parts in 3.0 ms)"], made.Tools);
    }

    [Fact]
    public void Tools_that_did_not_run_are_named_with_the_reason()
    {
        var made = Make("content+ clamd-?", "", "");

        Assert.Contains("clamd 1: did not run (left out)", made.Tools);
        Assert.Contains(made.Tools, t => t.StartsWith("content 1: nothing found", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 0, 0, false, "extraction stopped at the size limit")]
    [InlineData(false, 5, 0, false, "5 bytes were not seen on the wire")]
    [InlineData(false, 0, 6, false, "6 bytes were dropped by the reassembler")]
    [InlineData(false, 0, 0, true, "the end was not seen")]
    [InlineData(false, 0, 0, false, "fewer bytes came than were announced", 100)]
    [InlineData(false, 0, 0, false, "the end was not seen")]
    public void What_Zeek_missed_is_said(bool cutoff, int missing, int overflow, bool timedOut, string why, int announced = 0)
    {
        var item = Support.Make.Item(content: [1]);
        var request = Support.Make.Request(content: [1]) with
        {
            Complete = false,
            Cutoff = cutoff,
            MissingBytes = (ulong)missing,
            OverflowBytes = (ulong)overflow,
            TimedOut = timedOut,
            TotalBytes = announced > 0 ? (ulong)announced : null,
            SeenBytes = 99,
            Sha256 = "00",
        };

        var made = VerdictMaker.Make(request, new UnpackResult([item], []), [new ScanReport(item, [Step("content+")])], TimeSpan.Zero, 1);

        Assert.Equal((VerdictKind.Unscanned, Reasons.Truncated), (made.Kind, made.Reason));
        Assert.Contains(why, made.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Zeeks_hash_may_be_in_either_case_and_may_be_missing()
    {
        var item = Support.Make.Item(content: [1]);
        var report = new ScanReport(item, [Step("content+")]);
        var request = Support.Make.Request(content: [1]);

        Assert.Equal(VerdictKind.Clean, Kind(request with { Sha256 = request.Sha256!.ToUpperInvariant() }));
        Assert.Equal(VerdictKind.Clean, Kind(request with { Sha256 = null }));
        Assert.Equal(VerdictKind.Error, Kind(request with { Sha256 = "" }));

        VerdictKind Kind(MailScanBridge.Intake.FileRequest r) => VerdictMaker.Make(r, new UnpackResult([item], []), [report], TimeSpan.Zero, 1).Kind;
    }

    private static Verdict Make(string steps, string zeek, string problem)
    {
        var item = Support.Make.Item(content: [1, 2, 3]);
        var request = Support.Make.Request(content: [1, 2, 3]);
        request = zeek switch
        {
            "truncated" => request with { Complete = false, MissingBytes = 7 },
            "size" => request with { SeenBytes = 4 },
            "hash" => request with { Sha256 = Support.Make.Sha256([9]) },
            _ => request,
        };
        List<UnpackProblem> problems = problem.Length > 0 ? [new UnpackProblem(item, problem, "found so by the unpacker")] : [];
        var report = new ScanReport(item, [.. steps.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Step)]);
        return VerdictMaker.Make(request, new UnpackResult([item], problems), [report], TimeSpan.FromSeconds(1), 1);
    }

    private static Verdict MakeOf(IReadOnlyList<ScanItem> items, IReadOnlyList<ScanReport> reports, IReadOnlyList<UnpackProblem>? problems = null) =>
        VerdictMaker.Make(Support.Make.Request(content: [1]), new UnpackResult(items, problems ?? []), reports, TimeSpan.FromSeconds(1), 1);

    /// <summary>name, outcome (+ scanned, ~ no opinion, ! failed, - left out), ? where optional, then reason and findings.</summary>
    private static StepReport Step(string text)
    {
        var at = text.IndexOfAny(['+', '~', '!', '-']);
        var rest = text[(at + 1)..];
        var optional = rest.StartsWith('?');
        var words = rest.TrimStart('?').Split(',');
        List<Finding> findings = [.. words.Where(w => w is "bad" or "odd").Select(w => w == "bad" ? s_bad : s_odd)];
        var result = text[at] switch
        {
            '+' => ScannerResult.Scanned(findings),
            '~' => ScannerResult.NoOpinion(findings),
            '!' => ScannerResult.Failed(words[0], "failed", findings),
            _ => null,
        };
        var name = text[..at];
        return new StepReport(name, "1", !optional, name != "hashes", result, result is null ? "left out" : null, TimeSpan.FromMilliseconds(1));
    }
}
