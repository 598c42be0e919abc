using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

public sealed class UrlConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Lists_and_block_lists_are_read()
    {
        var urls = Load("urls: { refresh: 5s, timeout: 1s, max_waiting: 9, lists: [{ name: a, path: /a, verdict: suspicious, score: 12 }, { name: b, path: /b }], dns: [{ name: c, zone: dbl.example.org }] }").Urls;

        Assert.Equal([new("a", "/a", VerdictKind.Suspicious, 12), new("b", "/b")], urls.Lists);
        Assert.Equal("dbl.example.org", urls.Dns.Single().Zone);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), 9), (urls.Service.Refresh, urls.Service.Timeout, urls.Service.MaxWaiting));
    }

    [Theory]
    [InlineData("urls: { lists: [{ path: /a }] }", "urls.lists[0].name: is required")]
    [InlineData("urls: { lists: [{ name: a }] }", "urls.lists[0].path")]
    [InlineData("urls: { lists: [{ name: a, path: /a, verdict: clean }] }", "expected one of malicious, suspicious")]
    [InlineData("urls: { lists: [{ name: a, path: /a }, { name: a, path: /b }] }", "there twice")]
    [InlineData("urls: { dns: [{ name: a }] }", "urls.dns[0].zone: is required")]
    [InlineData("urls: { dns: [{ name: a, zone: 'x y' }] }", "expected a zone")]
    [InlineData("urls: { list: [] }", "unknown key")]
    public void Errors_say_where(string text, string problem) => Assert.Contains(problem, Assert.Throws<ConfigException>(() => Load(text)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text) => ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), _ => null);
}
