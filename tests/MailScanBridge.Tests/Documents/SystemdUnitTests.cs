using System.Globalization;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Documents;

/// <summary>What systemd itself says of the daemon's unit.</summary>
public sealed partial class SystemdUnitTests(ITestOutputHelper output)
{
    private const double MostExposure = 2.5;

    [Fact]
    public async Task The_daemons_unit_is_as_closed_as_it_claims_to_be()
    {
        var analyze = Require.Program("systemd-analyze", "systemd");
        var unit = Path.Combine(Repository.Root, "packaging", "mailscan-bridge.service");
        var result = await Cli.Wrap(analyze).WithArguments(["security", "--offline=yes", "--no-pager", unit]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Wait.Token);
        Require.That(!result.StandardError.Contains("unrecognized option", StringComparison.Ordinal), "systemd-analyze before version 250 has no --offline");
        var score = Score().Match(result.StandardOutput);
        Assert.True(score.Success, result.StandardOutput + result.StandardError);
        output.WriteLine(score.Value);
        Assert.InRange(double.Parse(score.Groups[1].ValueSpan, CultureInfo.InvariantCulture), 0.1, MostExposure);
    }

    [GeneratedRegex(@"Overall exposure level for mailscan-bridge\.service: (\d+\.\d)")]
    private static partial Regex Score();
}
