using Xunit;

namespace MailScanBridge.Tests;

public sealed class FaultPointsTests
{
    [Theory]
    [InlineData(null, null, 0)]
    [InlineData("", null, 0)]
    [InlineData("mid-scan", "mid-scan", 1)]
    [InlineData("before-delete:12", "before-delete", 12)]
    public void A_setting_names_a_point_and_a_passing(string? setting, string? point, int at) => Assert.Equal((point, at), FaultPoints.Parse(setting));

    [Theory]
    [InlineData("nowhere")]
    [InlineData("mid-scan:")]
    [InlineData("mid-scan:x")]
    [InlineData("mid-scan:-1")]
    [InlineData(":1")]
    public void Any_other_setting_is_refused_with_what_is_allowed(string setting) =>
        Assert.Contains("before-commit", Assert.Throws<InvalidOperationException>(() => FaultPoints.Parse(setting)).Message, StringComparison.Ordinal);
}
