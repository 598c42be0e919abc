using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scan;

/// <summary>Passwords of the site's own open archives.</summary>
public sealed class PasswordScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", "unscanned")]
    [InlineData("unpacking: { passwords: { words: [spring, winter-2026] } }", "malicious")]
    [InlineData("unpacking: { passwords: { words: [spring, winter-2026], max_tries: 1 } }", "unscanned")]
    public async Task An_archive_opens_with_a_password_of_the_list(string own, string expected)
    {
        var config = _folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(own));
        var archive = _folder.Write("sample", new ZipFile().Add("a", Make.Eicar, "winter-2026").ToArray());
        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [archive] }, ConfigLoader.Load(config, _ => null));
        Assert.Equal(expected, Assert.Single(scanned.Lines).Split(": ")[1].Split(',')[0].Split(' ')[0]);
    }

    public void Dispose() => _folder.Dispose();
}
