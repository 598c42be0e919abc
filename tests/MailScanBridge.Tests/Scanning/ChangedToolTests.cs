using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Scanning.Clamd;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

/// <summary>What was found with rules, databases and programs that have changed is never answered from the cache.</summary>
public sealed class ChangedToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailScanMetrics _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScanCache _cache;
    private readonly string _sample;

    public ChangedToolTests()
    {
        _cache = new ScanCache(new ScanCacheOptions { KeepClean = TimeSpan.FromDays(1) }, _metrics, _time);
        _sample = _folder.Write("sample", "content"u8.ToArray());
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("tool")]
    [InlineData("linked")]
    public async Task A_tools_own_files_and_program(string changed)
    {
        Script("tool", "one");
        _folder.Write("linked", "one\n"u8.ToArray());
        _folder.Write("rules", "one\n"u8.ToArray());
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), Path.Combine(_folder.Path, "linked"));
        var scanner = new CommandScanner("x", Options(), Sandbox.None("not in this test"), _time);
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        var before = scanner.Version;
        Assert.Equal(["one", "one", "one"], await AskAsync(scanner, reused: false));
        Assert.Equal(["one", "one", "one"], await AskAsync(scanner, reused: true));

        Change(changed);
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.Contains("three", await AskAsync(scanner, reused: false));
        Assert.Contains("three", await AskAsync(scanner, reused: true));
        Assert.NotEqual(before, scanner.Version);
    }

    [Fact]
    public async Task A_tool_that_no_longer_tells_its_version_is_asked_each_time()
    {
        Script("tool", "one");
        var scanner = new CommandScanner("x", Options() with { Files = new Dictionary<string, string>(), Command = [Tool, "{sample}"] }, Sandbox.None("not in this test"), _time);
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        await AskAsync(scanner, reused: false);

        File.Delete(Tool);
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(ScanOutcome.Failed, (await _cache.ScanAsync(scanner, Make.Item(path: _sample), Wait.Token)).Result.Outcome);
        Assert.Null(scanner.Version);
    }

    [Fact]
    public void How_a_tool_is_started_and_read()
    {
        var options = Options();
        CommandOptions[] others =
        [
            options with { Command = [.. options.Command, "-x"] },
            options with { Findings = [new FindingRule(new("^other (?<name>.+)$"))] },
            options with { Failures = [new FailureRule(Reasons.Limits, new("x"))] },
            options with { SuccessPattern = new("x") },
            options with { SuccessExitCodes = new HashSet<int> { 0, 1 } },
            options with { LooksAtContent = true },
            options with { MaxSize = 1 },
            options with { Environment = new Dictionary<string, string> { ["A"] = "b" } },
        ];

        Assert.Equal(ToolFingerprint.Of(options), ToolFingerprint.Of(Options()));
        Assert.Equal(others.Length + 1, others.Append(options).Select(ToolFingerprint.Of).Distinct().Count());
    }

    [Fact]
    public async Task Clamds_database()
    {
        var reply = "stream: OK\0";
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            await c.ReadStreamAsync();
            await c.SendAsync(reply);
        });
        clamd.Version = "ClamAV 1.4.6/27000/Mon Jan  5 09:00:00 2026";
        var scanner = new ClamdScanner("clamd", new ClamdOptions { Address = clamd.Address, PassFiles = false }, _time);
        Assert.NotNull(await scanner.ProbeAsync(Wait.Token));
        Assert.Empty(await AskAsync(scanner, reused: false));
        Assert.Empty(await AskAsync(scanner, reused: true));

        (clamd.Version, reply) = ("ClamAV 1.4.6/27001/Tue Jan  6 09:00:00 2026", "stream: New FOUND\0");
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(["New"], await AskAsync(scanner, reused: false));
    }

    [Fact]
    public async Task A_list_of_hashes()
    {
        var list = _folder.Write("list", System.Text.Encoding.ASCII.GetBytes(new string('a', 64) + " other\n"));
        var scanner = HashListScanner.Load("list", new HashListOptions { Path = list, Reload = TimeSpan.FromSeconds(10) });
        using var stop = new CancellationTokenSource();
        var reloads = 0;
        var watch = scanner.KeepFreshAsync(_time, _ => Interlocked.Increment(ref reloads), stop.Token);
        Assert.Empty(await AskAsync(scanner, reused: false));
        Assert.Empty(await AskAsync(scanner, reused: true));

        await File.WriteAllTextAsync(list, Make.Sha256("content"u8.ToArray()) + " now known\n", Wait.Token);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(() => Volatile.Read(ref reloads) > 0, "the list to be read again");

        Assert.Equal(["now known"], await AskAsync(scanner, reused: false));
        await stop.CancelAsync();
        await watch;
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    private string Tool => Path.Combine(_folder.Path, "tool");

    private CommandOptions Options() => new()
    {
        Command = [Tool, "{rules}", "{link}", "{sample}"],
        VersionCommand = [Tool, "--version"],
        Files = new Dictionary<string, string> { ["rules"] = Path.Combine(_folder.Path, "rules"), ["link"] = Path.Combine(_folder.Path, "link") },
        Findings = [new FindingRule(new("^found (?<name>.+)$"))],
        Sandbox = SandboxMode.Off,
    };

    private void Change(string changed)
    {
        if (changed == "tool")
        {
            Script(changed, "three");
        }
        else
        {
            File.WriteAllText(Path.Combine(_folder.Path, changed), "three\n");
        }
    }

    /// <summary>Finds the name that is written in it, and those in the files it is given; its version never changes.</summary>
    private void Script(string file, string name)
    {
        var next = _folder.Write(file + ".next", System.Text.Encoding.ASCII.GetBytes(
            $"#!/bin/sh\n[ \"$1\" = --version ] && {{ echo 1.0; exit 0; }}\necho found {name}\nwhile [ $# -gt 1 ]; do echo found $(cat \"$1\"); shift; done\n"));
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(next, Path.Combine(_folder.Path, file), overwrite: true);
    }

    private async Task<IEnumerable<string>> AskAsync(IScanner scanner, bool reused)
    {
        var answer = await _cache.ScanAsync(scanner, Make.Item(path: _sample, content: "content"u8.ToArray()), Wait.Token);
        Assert.NotEqual(ScanOutcome.Failed, answer.Result.Outcome);
        Assert.Equal(reused, answer.Reused);
        return answer.Result.Findings.Select(f => f.Name);
    }
}
