using MailScanBridge.Daemon.Soak;
using Xunit;

namespace MailScanBridge.Tests.Soak;

public sealed class SoakFilesTests
{
    [Theory]
    [InlineData(1, 1000, 1000)]
    [InlineData(10, 70, 130)]
    [InlineData(100, 2, 25)]
    public void As_many_are_malicious_as_are_asked_for(int oneBadIn, int least, int most)
    {
        var files = SoakFiles.Make(1, oneBadIn).Take(1000).ToList();

        Assert.InRange(files.Count(f => f.Label == "malicious"), least, most);
        Assert.All(files, f => Assert.Equal(f.Label == "malicious", System.Text.Encoding.ASCII.GetString(f.Content).Contains("ANTIVIRUS-TEST", StringComparison.Ordinal)));
        Assert.Equal(files.Count, files.Select(f => Convert.ToHexString(f.Content)).Distinct().Count());
    }
}
