using System.Text;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

/// <summary>A page needs no mark of a page where the one that shows it goes by a declared type or a name.</summary>
public class ShownTypeTests
{
    private const string Page = "hello, <q>see</q> <a download=x href=\"data:text/plain;base64,aGVsbG8gd29ybGQ=\">this</a>";

    [Theory]
    [InlineData("text/html")]
    [InlineData("TEXT/HTML; charset=utf-8")]
    [InlineData("application/xhtml+xml")]
    [InlineData("image/svg+xml")]
    public void What_a_mail_declares_as_a_page_is_read_as_one(string type)
    {
        using var mail = Unpacked.From(Encoding.ASCII.GetBytes($"From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: {type}\r\n\r\n{Page}\r\n"));

        Assert.Contains(mail.Result.Items, i => i.Name == "data-uri" && File.ReadAllText(i.Path) == "hello world");
    }

    [Theory]
    [InlineData("a.html", ContentTypes.Html)]
    [InlineData("a.HTM", ContentTypes.Html)]
    [InlineData("a.shtml", ContentTypes.Html)]
    [InlineData("a.svg", ContentTypes.Svg)]
    [InlineData("a.hta", ContentTypes.HtmlApplication)]
    [InlineData("a.txt", ContentTypes.Text)]
    [InlineData(null, ContentTypes.Text)]
    public void A_file_without_marks_is_what_its_name_opens(string? name, string type)
    {
        using var file = Unpacked.From(Encoding.ASCII.GetBytes(Page), name: name);

        Assert.Equal(type, file.Result.Items[0].Type);
        Assert.Equal(type != ContentTypes.Text, file.Result.Items.Count > 1);
    }

    [Fact]
    public void Neither_makes_a_page_of_anything_but_text()
    {
        using var file = Unpacked.From("%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF"u8.ToArray(), declaredType: "text/html", name: "a.html");

        Assert.Equal(ContentTypes.Pdf, file.Result.Items[0].Type);
    }
}
