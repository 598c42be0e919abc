using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scan;

/// <summary>The program itself: what needs a process, a pipe, a signal or a terminal.</summary>
public sealed partial class ScanProcessTests : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "mailscan-bridge.dll");
    private readonly TemporaryFolder _folder = new();
    private readonly string _temporary;

    public ScanProcessTests() => _temporary = Directory.CreateDirectory(Path.Combine(_folder.Path, "tmp")).FullName;

    [Fact]
    public async Task Standard_input_is_scanned()
    {
        using var process = Start("scan", "-");
        await process.StandardInput.BaseStream.WriteAsync(Make.Eicar, Wait.Token);
        process.StandardInput.Close();

        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("stdin: malicious, content: Eicar-Test-Signature in text/plain", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_temporary));
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("explain")]
    public async Task Results_that_cannot_be_written_end_with_2_and_say_so(string command)
    {
        var info = new ProcessStartInfo("/bin/sh") { RedirectStandardError = true };
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$1\" \"$2\" \"$3\" >/dev/full", Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", s_program, command, _folder.Write("a.txt", "hello"u8.ToArray())])
        {
            info.ArgumentList.Add(argument);
        }

        using var process = Process.Start(info)!;
        var errors = await process.StandardError.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("mailscan-bridge: the results could not be written", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("scan", "--jobs", "0", "x")]
    [InlineData("scan", "--max-size", "much", "x")]
    [InlineData("scan", "--nonsense", "x")]
    [InlineData("explain")]
    [InlineData("scan", "--config", "/nonexistent.yaml", "x")]
    public async Task A_wrong_command_line_is_2_and_never_reads_as_found_or_clean(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Wait.Token);
        var errors = await process.StandardError.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);

        Assert.Equal(2, process.ExitCode);
        Assert.NotEmpty(errors);
        Assert.DoesNotContain("clean", (await output).Replace("all clean", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)] // SIGINT, as Ctrl-C
    [InlineData(15)] // SIGTERM
    public async Task Ctrl_C_ends_cleanly_in_the_middle_of_a_scan(int signal)
    {
        var started = Path.Combine(_folder.Path, "started");
        var config = Path.Combine(_folder.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(
            config,
            $$"""
            sandbox: off # the fake is many files, and a sandbox shows only the program's own
            scanners:
              slow: {kind: command, command: ["{{Path.Combine(AppContext.BaseDirectory, "FakeScanner")}}", hang, "{{started}}", "{sample}"], timeout: 10m}
            routes:
              - {types: ["*"], steps: [{scanner: content}, {scanner: slow}]}
            """,
            Wait.Token);

        // A shell's background jobs ignore SIGINT, and so would all that they start.
        using var process = Start(
            ["env", "--default-signal=INT", "dotnet", s_program, "scan", "-j", "1", "--config", config, _folder.Write("1", "a"u8.ToArray()), _folder.Write("2", "b"u8.ToArray())], null);
        await Wait.UntilAsync(() => Processes.With(started) == 1, "the scanner to start");

        Assert.Equal(0, Kill(process.Id, signal));
        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("interrupted after 0 files: none", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_temporary));
        await Wait.UntilAsync(() => Processes.With(started) == 0, "the tool to be gone");
    }

    [Fact]
    public async Task A_name_that_is_not_utf_8_is_an_error_that_says_so()
    {
        var tree = Directory.CreateDirectory(Path.Combine(_folder.Path, "tree")).FullName;
        await ShellAsync("printf x > \"$1/$(printf 'bad\\377name')\"", tree);
        using var process = Start("scan", tree);
        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);
        await ShellAsync("rm -r \"$1\"", tree); // which .NET cannot

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("its name is not UTF-8", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_shows_progress_on_long_work_and_each_line_stands_alone()
    {
        var script = Require.Program("script", "bsdutils");
        var slow = Path.Combine(_folder.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(
            slow,
            """
            scanners:
              slow: {kind: command, command: [sh, -c, "sleep 0.4", "{sample}"]}
            routes:
              - {types: ["*"], steps: [{scanner: content}, {scanner: slow, mandatory: false}]}
            """,
            Wait.Token);
        foreach (var i in Enumerable.Range(1, 6))
        {
            _folder.Write($"{i}.txt", Encoding.ASCII.GetBytes($"file {i}"));
        }

        using var process = Start([script, "-qec", $"dotnet '{s_program}' scan -j 1 --config '{slow}' '{_folder.Path}'/*.txt", "/dev/null"], program: null);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("of 6 files, 0:00:0", output, StringComparison.Ordinal);
        Assert.Contains("\u001b[K" + _folder.Path, output, StringComparison.Ordinal);
        Assert.Equal(6, output.Split(": clean").Length - 1);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task ShellAsync(string script, string argument)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script, "sh", argument]))!;
        await shell.WaitForExitAsync(Wait.Token);
        Assert.Equal(0, shell.ExitCode);
    }

    private Process Start(params string[] arguments) => Start(arguments, s_program);

    private Process Start(string[] arguments, string? program)
    {
        var start = program is null ? new ProcessStartInfo(arguments[0], arguments[1..]) : new ProcessStartInfo("dotnet", [program, .. arguments]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["TMPDIR"] = _temporary;
        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
