using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;
using Xunit;

namespace MailScanBridge.Tests.Verdicts;

/// <summary>The texts of a verdict, whatever hostile things are in them.</summary>
public sealed class VerdictTextTests
{
    [Fact]
    public void Nothing_hostile_reaches_the_verdict_unescaped()
    {
        const string hostile = "x\n\r\0\u001b[2J\u202egnp.exe\u2028\"\ud800";
        var root = Support.Make.Item("message/rfc822", hostile, content: [1]);
        var part = Support.Make.Item("text/plain", hostile, root, content: [2]);
        var found = ScannerResult.Failed(Reasons.Timeout, hostile, new Finding(hostile, VerdictKind.Malicious, 100, hostile));

        var made = MakeOf(
            [root, part],
            [new ScanReport(root, [new StepReport("content", "1", true, true, ScannerResult.Scanned(), null, TimeSpan.Zero)]), new ScanReport(part, [new StepReport("x", "1", true, true, found, null, TimeSpan.Zero)])],
            problems: [new UnpackProblem(root, Reasons.Damaged, hostile)]);

        Assert.All([made.Detail, .. made.Names, .. made.Tools], PrintableTests.AssertPrintable);
        Assert.Contains("\\u{202e}gnp.exe", made.Detail, StringComparison.Ordinal);
        Assert.Contains("\\u{202e}gnp.exe", made.Names[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_stays_small_whatever_is_found()
    {
        var items = new List<ScanItem> { Support.Make.Item("message/rfc822", null, content: [1]) };
        for (var i = 0; i < 400; i++)
        {
            items.Add(Support.Make.Item("text/plain", new string('n', 5000), items[^1], content: BitConverter.GetBytes(i)));
        }

        var reports = items.Select((item, i) => new ScanReport(item, [new StepReport(
            "x", "1", true, true, ScannerResult.Failed(Reasons.Limits, new string('d', 5000), new Finding($"{i}{new string('f', 5000)}", VerdictKind.Malicious, 99, new string('e', 5000))), null, TimeSpan.Zero)]));

        var made = MakeOf(items, [.. reports]);

        Assert.InRange(made.Detail.Length + made.Names.Sum(n => n.Length), 1000, 64 * 1024);
        Assert.Equal(401, made.PartsFound);
    }

    private static Verdict MakeOf(IReadOnlyList<ScanItem> items, IReadOnlyList<ScanReport> reports, params IReadOnlyList<UnpackProblem> problems) =>
        VerdictMaker.Make(Support.Make.Request(content: [1]), new UnpackResult(items, problems), reports, TimeSpan.FromSeconds(1), 1);
}
