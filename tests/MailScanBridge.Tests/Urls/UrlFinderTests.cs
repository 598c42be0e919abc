using System.Text;
using MailScanBridge.Urls;
using Xunit;

namespace MailScanBridge.Tests.Urls;

public sealed class UrlFinderTests
{
    [Theory]
    [InlineData("see http://evil.example/login, and more", "http://evil.example/login")]
    [InlineData("(https://evil.example/a?b=c).", "https://evil.example/a?b=c")]
    [InlineData("https://host.example/wiki/A_(b)", "https://host.example/wiki/A_(b)")]
    [InlineData("<a href='HTTP://Evil.example/x'>", "http://Evil.example/x")]
    [InlineData("/URI (http://evil.example/pdf)>>", "http://evil.example/pdf")]
    [InlineData("Target=\"https://evil.example/t.dotm\" TargetMode", "https://evil.example/t.dotm")]
    [InlineData("URL=ftp://evil.example/x\r\n", "ftp://evil.example/x")]
    [InlineData("seehttp://evil.example/", "http://evil.example/")]
    [InlineData("<a href=\"http:\\\\evil.example\\a\">", "http://evil.example/a")]
    [InlineData("<a href=\"http:/\\evil.example/a\">", "http://evil.example/a")]
    [InlineData("{\"u\":\"https:\\/\\/evil.example\\/a\"}", "https://evil.example/a")]
    [InlineData("http://evil.example", "http://evil.example")]
    public void URLs_are_found_as_they_stand(string text, string url)
    {
        Assert.Equal([url], Find(Encoding.ASCII.GetBytes(text)));
        Assert.Equal([url], Find(Encoding.Unicode.GetBytes(text)));
        Assert.Equal([url], Find([0, .. Encoding.Unicode.GetBytes(text), 0]));
    }

    [Theory]
    [InlineData("://nothing.example")]
    [InlineData("javascript://x")]
    [InlineData("http://")]
    [InlineData("http:// x")]
    [InlineData("")]
    public void What_is_no_URL_is_not_found(string text) => Assert.Empty(Find(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void References_of_HTML_are_resolved_beside_the_plain_reading() =>
        Assert.Equal(["http://evil.example/?a=1&amp;b=2", "http://evil.example/?a=1&b=2"], Find("<a href=\"http://evil.example/?a=1&amp;b=2\">"u8.ToArray()));

    [Fact]
    public void Many_URLs_and_long_ones_are_bounded()
    {
        var finder = new UrlFinder(3);
        finder.Search(Encoding.ASCII.GetBytes(string.Join(' ', Enumerable.Range(0, 10).Select(n => $"http://h{n}.example/{new string('a', 10_000)}"))));

        Assert.Equal((3, 7L), (finder.Urls.Count, finder.Beyond));
        Assert.All(finder.Urls, u => Assert.InRange(u.Length, 1, UrlFinder.MaxLength + 10));
    }

    private static IReadOnlyCollection<string> Find(byte[] content)
    {
        var finder = new UrlFinder(100);
        finder.Search(content);
        return [.. finder.Urls.Order()];
    }
}
