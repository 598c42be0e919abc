using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Urls;
using Xunit;

namespace MailScanBridge.Tests.Scan;

/// <summary>The scanner <c>urls</c> as the built-in routes name it.</summary>
public sealed class UrlScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a.html", "<html><body><a href=\"http://evil.example/x\">here</a></body></html>")]
    [InlineData("a.eml", "From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\nContent-Type: text/plain\r\n\r\nsee http://evil.example/x\r\n")]
    [InlineData("a.pdf", "%PDF-1.4\n1 0 obj <</Type /Catalog /URI (http://evil.example/x)>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n")]
    [InlineData("a.rtf", "{\\rtf1 see http://evil.example/x }")]
    public async Task A_listed_URL_in_a_file_is_a_finding(string name, string content)
    {
        var listed = await ScanAsync(name, content, List("evil.example Emotet\n"));
        var other = await ScanAsync(name, content, List("other.example Emotet\n"));

        Assert.Contains("malicious", listed.Output, StringComparison.Ordinal);
        Assert.Contains("urls: Emotet", listed.Output, StringComparison.Ordinal);
        Assert.Contains("http[:]//evil.example/x", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Emotet", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_list_it_is_absent_and_says_so()
    {
        var scanned = await ScanAsync("a.html", "<html>http://evil.example/</html>", "");

        Assert.Contains("no list of URLs is configured (urls.lists)", scanned.Output + scanned.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("malicious:", scanned.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_options_are_read()
    {
        var config = ConfigLoader.Load(_folder.Write("own.yaml", "scanners: { urls: { max_bytes: 1MiB, max_urls: 7 } }"u8.ToArray()), _ => null);

        var options = Assert.IsType<UrlScannerOptions>(config.Scanners.Single(s => s.Name == "urls").Options);
        Assert.Equal((1024L * 1024, 7), (options.MaxBytes, options.MaxUrls));
        Assert.Equal(new UrlScannerOptions(), ConfigLoader.Load(null, _ => null).Scanners.Single(s => s.Name == "urls").Options);
    }

    public void Dispose() => _folder.Dispose();

    private string List(string content) => $"urls: {{ lists: [{{ name: bad, path: {_folder.Write("list", Encoding.ASCII.GetBytes(content))} }}] }}\n";

    private Task<Scanned> ScanAsync(string name, string content, string yaml) => Scanned.RunAsync(_folder, yaml, Encoding.ASCII.GetBytes(content), name, explain: true);
}
