using System.Text;
using MailScanBridge.Intake;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Verdicts;

/// <summary>The parts that Zeek cuts out of a mail, looked for among those found here.</summary>
public sealed class MailPartsTests : IDisposable
{
    private const string Head = "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
    private readonly FakeTimeProvider _time = new();
    private readonly MailScanMetrics _metrics = new();
    private readonly CounterSums _counters;
    private readonly List<IDisposable> _unpacked = [];

    public MailPartsTests() => _counters = new CounterSums(_metrics);

    [Fact]
    public void A_part_that_is_not_in_the_mail_is_suspicious_and_named()
    {
        var book = Book();
        book.Note(Part(1, "hello\r\n", "F1", "a.txt"));
        book.Note(Part(2, "something else", "F2", "\"evil\".doc\n"));
        book.Note(Part(3, "another", "F3"));

        var check = book.Compare(Mail(4), Unpacked("hello\r\n"), Wait.Token)!;

        Assert.Equal((3, 2), (check.Compared, check.Missing.Count));
        Assert.Equal(("Mail.PartsDiffer", VerdictKind.Suspicious), (check.Finding!.Name, check.Finding.Kind));
        Assert.Contains("evil", check.Finding.Detail, StringComparison.Ordinal);
        Assert.EndsWith("14 bytes, F2: not among the parts found in the mail; 1 more", check.Finding.Detail, StringComparison.Ordinal);
        PrintableTests.AssertPrintable(check.Finding.Detail!);
        Assert.Equal((3, 2), (_counters["mailscan.parts.compared"], _counters["mailscan.parts.differ"]));
    }

    // Zeek leaves line ends at a part's end which MIME gives to the boundary, or to quoted-printable's last soft line break.
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("hello", "hello\r\n")]
    [InlineData("hello\r\n", "hello")]
    [InlineData("hello\r\n", "hello\r\n\r\n\r\n")]
    [InlineData("hello \t\r\n", "hello\r\n\r\n", true, false)]
    [InlineData("hello \r\n", "hello \r\n\r\n")]
    [InlineData("", "\r\n")]
    [InlineData("hello", "hello.", false)]
    [InlineData("hello\r\nyou", "hello\nyou", false)]
    [InlineData(" hello", "hello", false)]
    public void Line_ends_at_the_end_are_of_no_account(string ours, string zeeks, bool same = true, bool alsoLate = true)
    {
        var book = Book();
        book.Note(Part(1, zeeks));
        Assert.Equal(same, book.Compare(Mail(2), Unpacked(ours), Wait.Token)!.Finding is null);

        var late = Book(); // and the other way round, where the part comes after its mail
        Assert.Null(late.Compare(Mail(2), Unpacked(ours), Wait.Token));
        late.Note(Part(3, zeeks));
        Assert.Equal(same && alsoLate, late.Compare(Part(3, zeeks), File(zeeks), Wait.Token)!.Finding is null);
    }

    [Fact]
    public void Of_a_delivery_status_Zeek_takes_the_first_block_for_headers()
    {
        const string First = "Reporting-MTA: dns; mx.example\r\n\r\n", Rest = "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n";
        var mail = Head + $"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{First}{Rest}\r\n--b--\r\n";
        var book = Book();
        book.Note(Part(1, Rest));

        Assert.Null(book.Compare(Mail(2), Keep(Tests.Unpacking.Unpacked.From(Encoding.ASCII.GetBytes(mail))).Result, Wait.Token)!.Finding);
    }

    [Fact]
    public void A_part_that_comes_after_its_mail_is_compared_with_what_was_found_there_and_says_so_itself()
    {
        var book = Book();
        book.Note(Part(1, "hello"));
        Assert.Null(book.Compare(Mail(2), Unpacked("hello"), Wait.Token)!.Finding);

        book.Note(Part(3, "not there"));
        book.Note(Part(1, "hello")); // sent again

        Assert.NotNull(book.Compare(Part(3, "not there"), File("not there"), Wait.Token)!.Finding);
        Assert.Null(book.Compare(Part(1, "hello"), File("hello"), Wait.Token));
        Assert.Equal(1, _counters["mailscan.parts.differ"]);
    }

    [Fact]
    public void A_part_that_came_before_its_mail_says_nothing_itself()
    {
        var book = Book();
        book.Note(Part(1, "not there"));
        Assert.NotNull(book.Compare(Mail(2), Unpacked("hello"), Wait.Token)!.Finding);
        Assert.Null(book.Compare(Part(1, "not there"), File("not there"), Wait.Token));
    }

    [Fact]
    public void What_cannot_be_compared_is_not()
    {
        var book = Book();
        book.Note(Part(1, "x") with { Complete = false });
        book.Note(Part(2, "x") with { Sha256 = null });
        book.Note(Part(3, "x") with { ParentFuid = null });
        book.Note(Part(4, "x") with { Kind = "file" });
        book.Note(Part(5, "x") with { ParentFuid = "F9" });
        book.Note(Part(6, "x") with { Node = "other" });
        book.Note(Part(7, "x") with { Incarnation = 8 });
        Assert.Null(book.Compare(Mail(8), Unpacked("hello"), Wait.Token));

        book.Note(Part(9, "x"));
        Assert.Null(book.Compare(Mail(10) with { Complete = false }, Unpacked("hello"), Wait.Token));
        var limited = Keep(Tests.Unpacking.Unpacked.From(Encoding.ASCII.GetBytes(Head + "\r\nhello"), new UnpackBudget { MaxTotalBytes = 1 }));
        Assert.Contains(Reasons.Limits, limited.Reasons);
        Assert.Null(book.Compare(Mail(10), limited.Result, Wait.Token));
        Assert.NotNull(book.Compare(Mail(10), Unpacked("hello"), Wait.Token)!.Finding);
    }

    [Fact]
    public void Only_what_is_cut_out_of_mails_may_end_otherwise()
    {
        // What Zeek says is a zip's member with a line end behind it: Zeek opens no zips, so that is no part of its own.
        var zip = new ZipFile().Add("a.txt", "member"u8.ToArray()).ToArray();
        var mail = new MailWriter("test", 1).Attach("application/zip", "a.zip", zip).ToArray();
        var book = Book();
        book.Note(Part(1, "member\r\n"));
        Assert.NotNull(book.Compare(Mail(2), Keep(Tests.Unpacking.Unpacked.From(mail)).Result, Wait.Token)!.Finding);
    }

    [Fact]
    public void What_is_remembered_is_bounded_in_number_and_time_and_counted()
    {
        var book = Book(new MailPartsOptions { MaxHashes = 20, MaxPerMail = 3, Keep = TimeSpan.FromMinutes(1) });
        for (ulong i = 1; i <= 4; i++)
        {
            book.Note(Part(i, $"part {i}"));
        }

        Assert.Equal(1, _counters["mailscan.parts.not_compared"]);
        Assert.Equal(3, book.Compare(Mail(5), Unpacked("hello"), Wait.Token)!.Compared);

        for (ulong i = 10; i < 30; i++)
        {
            book.Note(Part(i, "x") with { ParentFuid = $"F{i}" });
        }

        Assert.Equal(10, _counters["mailscan.parts.forgotten"]); // two each: the mail and its part
        Assert.Null(book.Compare(Mail(5), Unpacked("hello"), Wait.Token));
        Assert.NotNull(book.Compare(Mail(5) with { Fuid = "F29" }, Unpacked("hello"), Wait.Token));

        _time.Advance(TimeSpan.FromMinutes(2));
        book.Note(Part(40, "x") with { ParentFuid = "F40" });
        Assert.Null(book.Compare(Mail(5) with { Fuid = "F28" }, Unpacked("hello"), Wait.Token));
    }

    [Fact]
    public void Switched_off_nothing_is_remembered()
    {
        var book = Book(new MailPartsOptions { MaxHashes = 0 });
        book.Note(Part(1, "not there"));
        Assert.Null(book.Compare(Mail(2), Unpacked("hello"), Wait.Token));
    }

    public void Dispose()
    {
        _unpacked.ForEach(u => u.Dispose());
        _counters.Dispose();
        _metrics.Dispose();
    }

    private MailPartsBook Book(MailPartsOptions? options = null) => new(options ?? new MailPartsOptions(), _metrics, _time);

    private static FileRequest Part(ulong seqno, string content, string fuid = "F1", string? name = null) =>
        Make.Request(seqno, content: Encoding.Latin1.GetBytes(content)) with { Fuid = fuid, Filename = name is null ? null : Encoding.Latin1.GetBytes(name) };

    private static FileRequest Mail(ulong seqno) => Make.Request(seqno, content: []) with { Kind = "message", Fuid = "F0", ParentFuid = null };

    /// <summary>A mail with one part, in base64 so that it comes out to the byte.</summary>
    private UnpackResult Unpacked(string part) =>
        Keep(Tests.Unpacking.Unpacked.From(Encoding.ASCII.GetBytes(Head + $"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Encoding.Latin1.GetBytes(part))}\r\n"))).Result;

    private UnpackResult File(string content) => Keep(Tests.Unpacking.Unpacked.From(Encoding.Latin1.GetBytes(content))).Result;

    private Unpacked Keep(Unpacked unpacked)
    {
        _unpacked.Add(unpacked);
        return unpacked;
    }
}
