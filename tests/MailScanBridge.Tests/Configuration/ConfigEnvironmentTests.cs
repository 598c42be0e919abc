using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

/// <summary>What the environment says, against the file.</summary>
public sealed class ConfigEnvironmentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_environment_overrides_the_file()
    {
        var environment = new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = "/env/spool",
            ["MAILSCAN_STATE"] = "/env/state",
            ["MAILSCAN_BRIDGE"] = "env",
            ["MAILSCAN_HUB_XPUB"] = "tcp://127.0.0.1:1",
            ["MAILSCAN_HUB_XSUB"] = "tcp://127.0.0.1:2",
        };

        var config = Load("spool: /file/spool\nstate: /file/state\nbridge: file\nhub: { xpub: 'tcp://127.0.0.1:3' }", environment);

        Assert.Equal(("/env/spool", "/env/state/store", "env"), (config.Custody.Spool, config.Custody.Store, config.Pipeline.Bridge));
        Assert.Equal(("tcp://127.0.0.1:1", "tcp://127.0.0.1:2"), (config.HubXPub, config.HubXSub));
        Assert.Equal("/env/state/verdicts.json", config.VerdictLogPath);
        Assert.Equal("/file/spool", Load("spool: /file/spool", new Dictionary<string, string> { ["MAILSCAN_SPOOL"] = "" }).Custody.Spool);
    }

    [Theory]
    [InlineData("MAILSCAN_SPOOL", "relative", "is no absolute path")]
    [InlineData("MAILSCAN_STATE", "./x", "is no absolute path")]
    [InlineData("MAILSCAN_HUB_XPUB", "tcp://192.0.2.1:1", "loopback")]
    public void An_override_is_checked_as_the_file_is(string variable, string value, string problem)
    {
        var refused = Assert.Throws<ConfigException>(() => Load("", new Dictionary<string, string> { [variable] = value }));

        Assert.Contains(variable, refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text, Dictionary<string, string> environment) =>
        ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), environment.GetValueOrDefault);
}
