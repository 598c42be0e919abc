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
        var scanned = await Scanned.RunAsync(_folder, own, new ZipFile().Add("a", Make.Eicar, "winter-2026").ToArray());
        Assert.Equal(expected, scanned.Verdict);
    }

    public void Dispose() => _folder.Dispose();
}
