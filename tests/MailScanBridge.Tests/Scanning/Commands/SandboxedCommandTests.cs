using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>A tool in the sandbox: everything that holds without it, and what it may not do.</summary>
public sealed class SandboxedCommandTests : CommandScannerContract
{
    protected override string SampleInside => Sandbox.SamplePath;

    protected override Sandbox Sandbox => Sandboxes.Here;

    [Fact]
    public void It_is_there_and_tells_its_version() => Assert.Matches(@"^\d+\.\d+", Sandbox.Version);

    [Fact]
    public async Task The_sample_is_there_byte_for_byte_and_cannot_be_changed()
    {
        var content = new byte[300_001];
        new Random(1).NextBytes(content);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        var item = Make.Item(path: Folder.Write("large", content), content: content);

        var read = await Shell("sha256sum /s/sample | sed 's/^/found /'").ScanAsync(item, Wait.Token);
        var changed = await Shell("echo x >>/s/sample || rm -f /s/sample || chmod 666 /s/sample").ScanAsync(item, Wait.Token);

        Assert.Equal($"{hash}  /s/sample", Assert.Single(read.Findings).Name);
        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (changed.Outcome, changed.Reason));
        Assert.Equal(content, await File.ReadAllBytesAsync(item.Path, Wait.Token));
    }

    [Fact]
    public async Task There_is_no_network_not_even_the_machines_own()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = listener.LocalEndpoint.ToString()!;

        var inside = await RunAsync("connect", endpoint);
        var outside = await new CommandScanner("tool", Options with { Command = [Fake, "connect", endpoint, "{sample}"], Sandbox = SandboxMode.Off }, Sandbox, TimeProvider.System)
            .ScanAsync(Make.Item(path: Sample), Wait.Token);

        AssertFailed(inside, Reasons.ToolDown);
        Assert.Equal("Connected", Assert.Single(outside.Findings).Name); // so that the test can fail
    }

    [Theory]
    [InlineData("/x")]
    [InlineData("/usr/x")]
    [InlineData("/etc/x")]
    [InlineData("/s/x")]
    [InlineData("/dev/x")]
    [InlineData("/dev/shm/x")]
    [InlineData("/proc/sys/kernel/core_pattern")]
    public async Task Nothing_can_be_written_but_below_tmp(string path)
    {
        var result = await ShellAsync($"echo x >/tmp/x && echo found tmp; echo x >{path} && echo found it");

        Assert.Equal(["tmp"], result.Findings.Select(f => f.Name));
    }

    [Theory]
    [InlineData("/root")]
    [InlineData("/home")]
    [InlineData("/var")]
    [InlineData("/run")]
    [InlineData("/etc/shadow")]
    [InlineData("/etc/passwd")]
    public async Task What_is_none_of_its_business_is_not_there(string path)
    {
        Assert.True(Path.Exists(path));

        var result = await ShellAsync($"test -e /usr && echo found usr; test -e {path} && echo found it");

        Assert.Equal(["usr"], result.Findings.Select(f => f.Name));
    }

    [Fact]
    public async Task Each_run_has_a_tmp_of_its_own()
    {
        await ShellAsync("echo x >/tmp/left");

        Assert.Empty((await ShellAsync("test -e /tmp/left && echo found it")).Findings);
    }

    [Fact]
    public async Task The_environment_holds_only_what_is_configured()
    {
        var names = (await RunAsync(o => o with { Environment = new Dictionary<string, string>(o.Environment) { ["OWN"] = "1" } }, "environment")).Findings.Select(f => f.Name);

        Assert.Equal(["DOTNET_ROOT", "HOME", "LANG", "OWN", "PATH", "PWD", "TZ"], names.Order());
    }

    [Fact]
    public async Task No_other_process_can_be_seen()
    {
        var result = await ShellAsync("for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline | head -c 40 | sed 's/^/found /'; echo; done");

        Assert.DoesNotContain(result.Findings, f => f.Name.Contains("MailScanBridge.Tests", StringComparison.Ordinal));
        Assert.InRange(result.Findings.Count, 1, 8);
    }

    [Fact]
    public async Task A_child_in_a_session_of_its_own_does_not_outlive_the_time_limit()
    {
        var scan = RunAsync(o => o.Within(3), "daemon", Marker);
        await Wait.UntilAsync(() => Alive() >= 2, "tool and grandchild to be up");

        AssertFailed(await scan, Reasons.Timeout);
        await Wait.UntilAsync(() => Alive() == 0, "both to be gone");
    }

    [Fact]
    public async Task A_child_does_not_outlive_the_tool()
    {
        var result = await RunAsync("orphan", Marker);

        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        await Wait.UntilAsync(() => Alive() == 0, "the child to be gone");
    }

    [Fact]
    public async Task A_killed_sandbox_takes_everything_with_it()
    {
        var scan = RunAsync("daemon", Marker);
        await Wait.UntilAsync(() => Alive() >= 2, "tool and grandchild to be up");
        Processes.KillSandbox(Marker);

        AssertFailed(await scan, Reasons.ToolDown);
        await Wait.UntilAsync(() => Alive() == 0, "both to be gone");
    }

    [Fact]
    public async Task A_fork_bomb_stays_within_its_bounds()
    {
        var scan = ShellAsync($"bomb() {{ bomb | bomb & sleep {Marker}; }}; bomb", o => o.Within(3) with { Limits = new SandboxLimits { MaxProcesses = 40 } });
        var most = 0;
        while (!scan.IsCompleted)
        {
            most = Math.Max(most, Alive());
            await Task.Delay(5, Wait.Token);
        }

        Assert.Equal(ScanOutcome.Failed, (await scan).Outcome);
        Assert.InRange(most, 10, 41);
        await Wait.UntilAsync(() => Alive() == 0, "all of them to be gone");
    }

    [Fact]
    public async Task Memory_has_a_limit()
    {
        const string Hungry = "head -c 300M /dev/zero | tail -c 300M >/dev/null || exit 1; echo found enough";

        Assert.Equal("enough", Assert.Single((await ShellAsync(Hungry)).Findings).Name);
        AssertFailed(await ShellAsync(Hungry, o => o with { Limits = new SandboxLimits { MaxMemory = 100_000_000 } }), Reasons.ToolDown);
    }

    [Fact]
    public async Task Time_on_the_processor_has_a_limit()
    {
        var clock = Stopwatch.StartNew();

        var result = await ShellAsync("while :; do :; done", o => o with { Limits = new SandboxLimits { MaxCpu = TimeSpan.FromSeconds(1) } });

        AssertFailed(result, Reasons.Limits);
        Assert.Contains("max_cpu", result.Detail, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_file_has_a_largest_size()
    {
        var result = await ShellAsync("exec head -c 2000000 /dev/zero >/tmp/file", o => o with { Limits = new SandboxLimits { MaxTemp = 1_000_000 } });

        AssertFailed(result, Reasons.Limits);
        Assert.Contains("max_temp", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_tmp_has_a_largest_size() =>
        AssertFailed(await ShellAsync("for i in 1 2 3; do head -c 900000 /dev/zero >/tmp/$i || exit 1; done", o => o with { Limits = new SandboxLimits { MaxTemp = 1_000_000 } }), Reasons.ToolDown);

    [Fact]
    public async Task What_only_looks_like_success_of_the_tool_is_none_when_the_sandbox_failed()
    {
        // bubblewrap ends with 1 when it cannot set up; for some tools 1 means success.
        var result = await RunAsync(o => o with { Read = ["/nowhere/at/all"], SuccessExitCodes = new HashSet<int> { 1 }, StandardErrorIsFailure = false }, "exit", "1");

        AssertFailed(result, Reasons.ToolDown);
        Assert.Contains("bwrap: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_that_is_gone_is_a_failure() =>
        Assert.Equal(Reasons.ToolDown, (await Scanner(o => o, "exit", "0").ScanAsync(Make.Item(path: "/nowhere/sample"), Wait.Token)).Reason);

    [Fact]
    public async Task A_daemon_that_is_not_root_has_the_same_sandbox_in_a_user_namespace()
    {
        Assert.SkipUnless(Posix.IsRoot, "the other tests ran as another user than root already");
        var sample = Path.Combine(Directory.CreateTempSubdirectory("mailscan-nobody-").FullName, "sample");
        await File.WriteAllTextAsync(sample, "content", Wait.Token);
        File.SetUnixFileMode(Path.GetDirectoryName(sample)!, (UnixFileMode)0x1ed); // rwxr-xr-x
        var script = $"id -u; cat /s/sample; echo x >/usr/x; echo x >/s/sample; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sleep {Marker} & done; exit 0";
        var line = SandboxArguments.Make(
            asRoot: false, new SandboxLimits { MaxProcesses = 10 }, TimeSpan.FromSeconds(20), new Dictionary<string, string>(), [], sample, ["/bin/sh", "-c", script]);

        using var process = Process.Start(new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "bwrap", .. line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(Wait.Token);
        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);

        Assert.Equal("65534\ncontent", output);
        Assert.Contains("cannot create /usr/x: Read-only file system", await errors, StringComparison.Ordinal);
        Assert.Contains("cannot create /s/sample", await errors, StringComparison.Ordinal);
        Assert.Contains("Cannot fork", await errors, StringComparison.Ordinal);
        await Wait.UntilAsync(() => Alive() == 0, "all of it to be gone");
        Directory.Delete(Path.GetDirectoryName(sample)!, recursive: true);
    }

    private CommandScanner Shell(string script, Func<CommandOptions, CommandOptions>? change = null)
    {
        var options = Options.Within(25) with { Command = ["/bin/sh", "-c", script, "sh", "{sample}"], StandardErrorIsFailure = false, Limits = new SandboxLimits() };
        return new CommandScanner("tool", change?.Invoke(options) ?? options, Sandbox, TimeProvider.System);
    }

    private Task<ScannerResult> ShellAsync(string script, Func<CommandOptions, CommandOptions>? change = null) =>
        Shell($"{script}\nexit 0", change).ScanAsync(Make.Item(path: Sample), Wait.Token).AsTask();
}
