using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Intake;
using MailScanBridge.Retention;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

public sealed class RetentionConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_built_in_file_says_what_the_code_takes_by_itself()
    {
        var config = ConfigLoader.Load(null, _ => null);
        var defaults = new QuarantineOptions { Path = "/var/lib/mailscan-bridge/quarantine" };

        Assert.Equal(defaults.Verdicts, config.Quarantine.Verdicts);
        Assert.Equal(defaults, config.Quarantine with { Verdicts = defaults.Verdicts });
        Assert.Equal(new DiskOptions(), config.Disk);
        Assert.Equal(new CustodyOptions { Spool = config.Custody.Spool, Store = config.Custody.Store }, config.Custody);
        Assert.Equal("/var/lib/mailscan-bridge/audit.json", config.AuditLogPath);
    }

    [Fact]
    public void Each_option_is_read()
    {
        var config = Load(
            """
            replies: { max_gone: 5 }
            retention: { rejected_max_age: 1d, rejected_max_bytes: 1MiB, stray_after: 1h }
            quarantine: { verdicts: [suspicious, malicious], password: x, max_age: 365d, max_bytes: 2GiB, min_free: 0, max_waiting: 9, max_origins: 7 }
            disk: { min_free_spool: 0, min_free_state: 1GiB }
            """);

        Assert.Equal([VerdictKind.Suspicious, VerdictKind.Malicious], config.Quarantine.Verdicts);
        Assert.Equal(("x", TimeSpan.FromDays(365), 2L << 30, 0L, 9, 7), (config.Quarantine.Password, config.Quarantine.MaxAge, config.Quarantine.MaxBytes, config.Quarantine.MinFree, config.Quarantine.MaxWaiting, config.Quarantine.MaxOrigins));
        Assert.Equal((0L, 1L << 30), (config.Disk.SpoolMinFree, config.Disk.StateMinFree));
        Assert.Equal((TimeSpan.FromDays(1), 1L << 20, 5), (config.Custody.RejectedMaxAge, config.Custody.RejectedMaxBytes, config.Replies.MaxGone));
        Assert.Equal(TimeSpan.FromHours(1), config.Custody.StrayAfter);
        Assert.Empty(Load("quarantine: { verdicts: [] }").Quarantine.Verdicts);
    }

    [Theory]
    [InlineData("quarantine: { verdicts: [bad] }", "quarantine.verdicts")]
    [InlineData("quarantine: { password: '' }", "quarantine.password")]
    [InlineData("quarantine: { max_bytes: 0 }", "quarantine.max_bytes")]
    [InlineData("quarantine: { max_age: never }", "quarantine.max_age")]
    [InlineData("quarantine: { max_waiting: 0 }", "quarantine.max_waiting")]
    [InlineData("quarantine: { keep: 1 }", "quarantine.keep")]
    [InlineData("disk: { min_free_state: -1 }", "disk.min_free_state")]
    [InlineData("retention: { stray_after: 0 }", "retention.stray_after")]
    [InlineData("retention: { rejected: 1 }", "retention.rejected")]
    public void What_is_wrong_is_named_with_its_line(string text, string key)
    {
        var error = Assert.Single(Assert.Throws<ConfigException>(() => Load("# a comment\n" + text)).Errors);

        Assert.Contains(key, error.ToString(), StringComparison.Ordinal);
        Assert.Contains(":2", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text) => ConfigLoader.Load(_folder.Write("mailscan.yaml", System.Text.Encoding.UTF8.GetBytes(text)), _ => null);
}
