using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>Every command in the README works as it stands there.</summary>
public sealed partial class DocumentationTests(ITestOutputHelper output)
{
    private static readonly string Readme = File.ReadAllText(Repository.At("README.md"));

    [Fact]
    public void The_README_opens_with_the_demo_and_the_tests_and_ci_runs_the_same_tests()
    {
        var commands = Readme.Split('\n').Where(l => l.StartsWith("    dotnet ", StringComparison.Ordinal)).Select(l => l.Trim()).ToList();

        Assert.Equal(["dotnet run -c Release --project src/MailScanBridge.Daemon -- demo", "dotnet test MailScanBridge.sln -c Release"], commands);
        Assert.Contains(commands[1], File.ReadAllText(Repository.At(".ci", "run")), StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task The_README_s_commands_on_configuration_work_with_a_published_daemon()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var publish = PublishCommand().Match(Readme).Groups[1].Value.Replace("/opt/mailscan-bridge", directory.Path, StringComparison.Ordinal);

        await BashAsync(publish, Repository.Root, null, cancellationToken);
        var printed = await BashAsync(Block("show-config"), directory.Sub("work"), directory.Path, cancellationToken);

        Assert.Contains("mailscan.yaml: good", printed, StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task The_README_s_commands_on_a_trace_file_work_with_Zeek()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        foreach (var name in (string[])["src", "samples", "zeek-scripts", "Directory.Build.props", "Directory.Packages.props", "global.json"])
        {
            await BashAsync($"cp -r '{Repository.At(name)}' '{directory.Path}/'", directory.Path, null, cancellationToken);
        }

        var printed = await BashAsync(Block("zeek -C -r"), directory.Path, Path.GetDirectoryName(zeek.Program), cancellationToken);

        Assert.Contains("first\tmalicious\t-\tscan.zip\t", printed, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_README_s_policy_asks_about_the_documents_in_inbound_mail_alone()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path); // never started
        var policy = Path.Combine(directory.Path, "policy.zeek");
        await File.WriteAllTextAsync(policy, ZeekBlock().Match(Readme).Groups[1].Value, cancellationToken);

        var inbound = await AskedAsync("203.0.113.0/24", "inbound");
        var outbound = await AskedAsync("198.18.0.0/15", "outbound");

        Assert.NotEmpty(inbound);
        Assert.All(inbound, row => Assert.True(row.Text("mime_type") is "application/pdf" or "application/msword" || row.Text("mime_type").EndsWith("wordprocessingml.document", StringComparison.Ordinal)));
        Assert.Empty(outbound);

        async Task<IReadOnlyList<JsonElement>> AskedAsync(string local, string logs) =>
            (await Support.Zeek.ReadTraceAsync(
                zeek, Support.Zeek.SampleTrace, directory.Sub(logs), daemon.Environment, cancellationToken,
                policy, "Site::private_address_space_is_local=F", $"Site::local_nets={{{local}}}", "MailScan::trace_start_wait=1sec", "MailScan::trace_end_wait=1sec")).FirstRows;
    }

    private static string Block(string holding) =>
        ShellBlocks().Matches(Readme).Select(m => m.Groups[1].Value).Single(b => b.Contains(holding, StringComparison.Ordinal));

    private async Task<string> BashAsync(string script, string directory, string? path, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("bash", ["-e", "-c", script]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = path is { Length: > 0 } ? $"{path}:{Environment.GetEnvironmentVariable("PATH")}" : Environment.GetEnvironmentVariable("PATH");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var ports = FreePorts.Find();
        start.Environment["MAILSCAN_HUB_XPUB"] = ports.First;
        start.Environment["MAILSCAN_HUB_XSUB"] = ports.Second;
        using var process = Process.Start(start)!;
        var printed = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        output.WriteLine($"{await printed}\n{await errors}");
        Assert.Equal(0, process.ExitCode);
        return await printed;
    }

    [GeneratedRegex(@"```zeek\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ZeekBlock();

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();

    [GeneratedRegex(@"`(dotnet publish [^`]*)`")]
    private static partial Regex PublishCommand();
}
