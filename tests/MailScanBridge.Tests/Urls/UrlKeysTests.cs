using System.Text;
using MailScanBridge.Urls;
using Xunit;

namespace MailScanBridge.Tests.Urls;

public sealed class UrlKeysTests
{
    // Spellings of one URL, and its one form.
    [Theory]
    [InlineData("http://host/%25%32%35", "host/%25")]
    [InlineData("http://host/%25%32%35%25%32%35", "host/%25%25")]
    [InlineData("http://host/%2525252525252525", "host/%25")]
    [InlineData("http://host/asdf%25%32%35asd", "host/asdf%25asd")]
    [InlineData("http://www.example.com/", "www.example.com/")]
    [InlineData("http://www.example.com", "www.example.com/")]
    [InlineData("HTTP://WWW.Example.COM:8080/", "www.example.com/")]
    [InlineData("www.example.com", "www.example.com/")]
    [InlineData("http://user:pass@www.example.com/a", "www.example.com/a")]
    [InlineData("http://www.example.com@evil.example/a", "evil.example/a")]
    [InlineData("http://3279880203/blah", "195.127.0.11/blah")]
    [InlineData("http://0xC37F000B/blah", "195.127.0.11/blah")]
    [InlineData("http://0303.0177.0.013/blah", "195.127.0.11/blah")]
    [InlineData("http://195.32523/blah", "195.0.127.11/blah")]
    [InlineData("http://www.example.com/blah/..", "www.example.com/")]
    [InlineData("http://www.example.com/../../x", "www.example.com/x")]
    [InlineData("http://www.example.com/a/./b//c/", "www.example.com/a/b/c/")]
    [InlineData("http://www.example.com/foo\tbar\rbaz\n2", "www.example.com/foobarbaz2")]
    [InlineData("http://www.example.com/q?", "www.example.com/q?")]
    [InlineData("http://www.example.com/q?r?s", "www.example.com/q?r?s")]
    [InlineData("http://evil.example/foo#bar#baz", "evil.example/foo")]
    [InlineData("http://evil.example/foo;", "evil.example/foo;")]
    [InlineData("http://notrailingslash.example?x=1", "notrailingslash.example/?x=1")]
    [InlineData("http://host.example\\path", "host.example/path")]
    [InlineData("http://...Evil..example.../", "evil.example/")]
    [InlineData(" http://evil.example/ ", "evil.example/")]
    [InlineData("http://evil.example/a%20b", "evil.example/a%20b")]
    [InlineData("http://ev%69l.example/", "evil.example/")]
    [InlineData("http://[2001:DB8::1]:80/x", "[2001:db8::1]/x")]
    [InlineData("http://büro.example/", "xn--bro-hoa.example/")]
    public void One_form_for_all_spellings(string url, string text) => Assert.Equal(text, UrlKeys.Text(Encoding.UTF8.GetBytes(url)));

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("/just/a/path")]
    [InlineData("http://...")]
    [InlineData("http://[no address]/")]
    public void What_has_no_host_has_no_keys(string url) => Assert.Empty(UrlKeys.Of(Encoding.UTF8.GetBytes(url)));

    [Theory]
    [InlineData("evil.example")] // The domain.
    [InlineData("b.evil.example")]
    [InlineData("a.b.evil.example")]
    [InlineData("a.b.evil.example/1/")] // A directory.
    [InlineData("evil.example/1/2.html")] // The page, on any host there.
    [InlineData("http://a.b.evil.example/1/2.html?param=1")] // This URL alone.
    [InlineData("HTTPS://A.B.EVIL.EXAMPLE:443/1/2.html")]
    public void An_entry_matches_what_it_stands_for(string entry) =>
        Assert.Contains(UrlKeys.OfEntry(Encoding.UTF8.GetBytes(entry))!.Value, UrlKeys.Of("http://a.b.evil.example/1/2.html?param=1"u8));

    [Theory]
    [InlineData("example")] // A domain of one label is no host that a list should take down.
    [InlineData("vil.example")]
    [InlineData("c.evil.example")]
    [InlineData("evil.example/1")]
    [InlineData("evil.example/2/")]
    [InlineData("evil.example/1/2.html?param=2")]
    public void An_entry_matches_nothing_else(string entry) =>
        Assert.DoesNotContain(UrlKeys.OfEntry(Encoding.UTF8.GetBytes(entry))!.Value, UrlKeys.Of("http://a.b.evil.example/1/2.html?param=1"u8));

    [Fact]
    public void An_address_has_no_domains_above_it() =>
        Assert.DoesNotContain(UrlKeys.OfEntry("2.3.4"u8)!.Value, UrlKeys.Of("http://1.2.3.4/"u8));

    [Fact]
    public void Hostile_URLs_are_bounded_in_keys_and_end()
    {
        var many = Encoding.ASCII.GetBytes($"http://{string.Concat(Enumerable.Repeat("a.", 100))}example/{string.Concat(Enumerable.Repeat("b/", 2000))}?{new string('%', 2000)}");
        Assert.InRange(UrlKeys.Of(many).Count, 1, (UrlKeys.MaxLabels + 1) * (UrlKeys.MaxDirectories + 3));

        var random = new Random(4711);
        var bytes = new byte[300];
        for (var n = 0; n < 20_000; n++)
        {
            random.NextBytes(bytes);
            "http://%:/.?#[]@"u8.ToArray().AsSpan(0, random.Next(17)).CopyTo(bytes);
            _ = UrlKeys.Of(bytes.AsSpan(0, random.Next(bytes.Length)));
        }
    }
}
