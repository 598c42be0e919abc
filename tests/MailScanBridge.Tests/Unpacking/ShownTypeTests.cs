using System.Text;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

/// <summary>What a mail program or a desktop shows as a page, by its declared type or its name, is read as one too, whatever its content shows.</summary>
public class ShownTypeTests
{
    private const string Page = "hello, <q>see</q> <a download=x href=\"data:text/plain;base64,aGVsbG8gd29ybGQ=\">this</a>";
    private const string Smuggling = "<script>var b = new Blob([atob('aGVsbG8=')]); l.href = URL.createObjectURL(b); l.download = 'x'; l.click()</script>";

    [Theory]
    [InlineData("text/html", "")]
    [InlineData("TEXT/HTML; charset=utf-8", "")]
    [InlineData("application/xhtml+xml", "")]
    [InlineData("image/svg+xml", "")]
    [InlineData("text/html", "BEGIN:VCARD\r\n")]
    [InlineData("text/html", "BEGIN:VCALENDAR\r\n")]
    [InlineData("text/html", "GIF89a\u0001\u0000\u0001\u0000")]
    [InlineData("text/html", "%PDF-1.4\n")]
    [InlineData("text/html", "<?xml version=\"1.0\"?><x/>")]
    [InlineData("text/html", "ID;PWXL\r\n")]
    [InlineData("text/html", "#!/bin/sh\n")]
    [InlineData("text/html", "From: e@f.example\r\nTo: g@h.example\r\n\r\n")]
    public void What_a_mail_declares_as_a_page_is_read_as_one(string type, string front)
    {
        using var mail = Unpacked.From(Encoding.Latin1.GetBytes($"From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: {type}\r\n\r\n{front}{Page}\r\n"), declaredType: ContentTypes.Mail);

        Assert.Contains(mail.Result.Items, i => i.Name == "data-uri" && File.ReadAllText(i.Path) == "hello world");
    }

    [Theory]
    [InlineData("a.html", true)]
    [InlineData("a.HTM", true)]
    [InlineData("a.shtml", true)]
    [InlineData("a.svg", true)]
    [InlineData("a.hta", true)]
    [InlineData("a.txt", false)]
    [InlineData(null, false)]
    public async Task A_file_is_read_as_what_its_name_opens(string? name, bool isPage)
    {
        using var plain = Unpacked.From(Encoding.ASCII.GetBytes(Page), name: name);
        Assert.Equal(ContentTypes.Text, plain.Root.Type);
        Assert.Equal(isPage, plain.Parts.Any());

        using var card = Unpacked.From(Encoding.ASCII.GetBytes($"BEGIN:VCARD\r\n{new string('x', 2000)}\r\n{Smuggling}"), name: name);
        var findings = (await new ContentScanner().ScanAsync(card.Root, TestContext.Current.CancellationToken)).Findings;
        Assert.NotEqual(ContentTypes.Html, card.Root.Type); // Its script stands too far behind for that.
        Assert.Equal(isPage, findings.Any(f => f.Name == "Html.Smuggling"));
    }

    [Fact]
    public void The_same_content_under_two_types_is_read_both_ways()
    {
        using var mail = Unpacked.From(
            "From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n"
            + $"{Page}\r\n--x\r\nContent-Type: text/html\r\n\r\n{Page}\r\n--x--\r\n");

        Assert.Single(mail.Result.Items, i => i.Name == "data-uri");
        Assert.Equal(["text/plain", "text/html"], mail.Result.Items.Where(i => i.Depth == 1).Select(i => i.DeclaredType));
    }
}
