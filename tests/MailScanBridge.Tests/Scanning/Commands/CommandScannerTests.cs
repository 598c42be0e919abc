using System.Diagnostics;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>A tool that is trusted to run without the sandbox.</summary>
public sealed class CommandScannerTests : CommandScannerContract
{
    protected override string SampleInside => Sample;

    protected override Sandbox Sandbox => Sandbox.None("not in this test");

    internal override CommandOptions Adapt(CommandOptions options) => options with { Sandbox = SandboxMode.Off };

    [Fact]
    public async Task A_child_that_outlives_the_tool_and_holds_its_pipes_does_not_hold_the_scanner()
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var result = await RunAsync(o => o.Within(2), "orphan", Marker).WaitAsync(Wait.Token);

            // Its output has no end, so nothing is proven.
            AssertFailed(result, Reasons.Timeout);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
        finally
        {
            Processes.Kill(Marker);
        }
    }

    [Fact]
    public async Task The_daemons_environment_stays_with_the_daemon()
    {
        Environment.SetEnvironmentVariable("MAILSCAN_TEST_SECRET", "secret");

        var names = (await RunAsync("environment")).Findings.Select(f => f.Name).ToList();

        Assert.DoesNotContain("MAILSCAN_TEST_SECRET", names);
        Assert.Contains("DOTNET_ROOT", names);
    }

    [Fact]
    public async Task Without_a_sandbox_the_limits_hold_all_the_same()
    {
        Require.Program("prlimit", "util-linux");
        var spun = await LimitedAsync("while :; do :; done", new SandboxLimits { MaxCpu = TimeSpan.FromSeconds(1) });
        var wrote = await LimitedAsync("exec head -c 2000000 /dev/zero >written", new SandboxLimits { MaxTemp = 1_000_000 });
        var hungry = await LimitedAsync("head -c 300M /dev/zero | tail -c 300M >/dev/null || exit 1", new SandboxLimits { MaxMemory = 100_000_000 });

        AssertFailed(spun, Reasons.Limits);
        Assert.Contains("max_cpu", spun.Detail, StringComparison.Ordinal);
        AssertFailed(wrote, Reasons.Limits);
        Assert.Contains("max_temp", wrote.Detail, StringComparison.Ordinal);
        AssertFailed(hungry, Reasons.ToolDown);
        Assert.Equal("fine", Assert.Single((await LimitedAsync("echo found fine", new SandboxLimits())).Findings).Name);
        AssertFailed(await LimitedAsync("", new SandboxLimits(), "/nowhere/tool"), Reasons.ToolDown);
    }

    private Task<ScannerResult> LimitedAsync(string script, SandboxLimits limits, string shell = "/bin/sh") => Scanner(
        o => o with { Sandbox = SandboxMode.IfAvailable, Limits = limits, Command = [shell, "-c", script, "{sample}"] }, "").ScanAsync(Make.Item(path: Sample), Wait.Token).AsTask();

    [Theory]
    [InlineData(SandboxMode.Required, false)]
    [InlineData(SandboxMode.IfAvailable, true)]
    [InlineData(SandboxMode.Off, true)]
    public async Task Without_a_sandbox_a_tool_is_refused_unless_it_is_allowed_without(SandboxMode mode, bool runs)
    {
        var scanner = Scanner(o => o with { Sandbox = mode }, "exit", "0");

        var absent = await scanner.ProbeAsync(Wait.Token);
        var result = await scanner.ScanAsync(Make.Item(path: Sample), Wait.Token);

        if (runs)
        {
            Assert.Null(absent);
            Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        }
        else
        {
            Assert.Contains("no sandbox: not in this test", absent, StringComparison.Ordinal);
            AssertFailed(result, Reasons.ToolDown);
            Assert.Contains("no sandbox: not in this test", result.Detail, StringComparison.Ordinal);
        }
    }
}
