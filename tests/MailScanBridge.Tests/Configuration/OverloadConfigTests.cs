using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Queue;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

public sealed class OverloadConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void All_of_it_is_read()
    {
        var config = Load(
            """
            queue: { gap_after: 2m, keep_ledger: 30d, max_later: 0, max_later_bytes: 5MiB }
            overload:
              level_1: { open_percent: 1, age: 1s }
              level_2: { open_percent: 2 }
              level_3: { open_percent: 3 }
              calm: 4s
              max_rate: 0
              max_burst: 7
              low_risk: [font/*, text/plain]
            """);

        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromDays(30), 0, 5L << 20), (config.Queue.GapAfter, config.Queue.KeepLedger, config.Queue.MaxLater, config.Queue.MaxLaterBytes));
        Assert.Equal((new OverloadMark(1, TimeSpan.FromSeconds(1)), new OverloadMark(2, TimeSpan.FromSeconds(30))), (config.Overload.Level1, config.Overload.Level2));
        Assert.Equal((TimeSpan.FromSeconds(4), 0, 7), (config.Overload.Calm, config.Overload.MaxRate, config.Overload.MaxBurst));
        Assert.Equal(["font/*", "text/plain"], config.Overload.LowRisk);
    }

    [Theory]
    [InlineData("overload:\n  level_1: { open_percent: 101 }", ":2:", "overload.level_1.open_percent")]
    [InlineData("overload:\n  level_4: { open_percent: 1 }", ":2:", "overload.level_4")]
    [InlineData("overload:\n  calm: 10s\n  level_2: { open_percent: 20 }", ":3:", "overload.level_2")]
    [InlineData("overload:\n  max_rate: -1", ":2:", "overload.max_rate")]
    [InlineData("overload:\n  max_burst: 0", ":2:", "overload.max_burst")]
    [InlineData("queue:\n  max_later: -1", ":2:", "queue.max_later")]
    public void What_is_wrong_is_told_with_its_line(string text, string line, string key)
    {
        var message = Assert.Throws<ConfigException>(() => Load(text)).Message;

        Assert.Contains(line, message, StringComparison.Ordinal);
        Assert.Contains(key, message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text)
    {
        var path = Path.Combine(_folder.Path, "mailscan.yaml");
        File.WriteAllText(path, text);
        return ConfigLoader.Load(path, _ => null);
    }
}
