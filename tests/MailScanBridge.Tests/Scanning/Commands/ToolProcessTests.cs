using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>A tool whose output somebody reads as it comes, and what becomes of what that one throws.</summary>
public sealed class ToolProcessTests
{
    private static readonly ToolProcess s_process = new(new CommandOptions { Command = ["sh", "{sample}"], Sandbox = SandboxMode.Off }, Sandbox.None("switched off"));

    [Fact]
    public async Task What_is_printed_is_read_as_it_comes_to_the_end()
    {
        var read = "";
        var run = await s_process.RunAsync(["sh", "-c", "printf one; printf two"], null, Wait.Token, output => read = new StreamReader(output).ReadToEnd());

        Assert.Equal((0, "onetwo", ""), (run.ExitCode, read, run.Output));
    }

    [Fact]
    public async Task A_reader_that_fails_while_the_tool_goes_on_kills_it_and_is_thrown()
    {
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => s_process.RunAsync(["sh", "-c", "printf x; exec sleep 600"], null, Wait.Token, output =>
        {
            output.ReadByte();
            throw new InvalidDataException("while it runs");
        }));
        Assert.Equal("while it runs", e.Message);
    }

    [Fact]
    public async Task A_reader_that_fails_after_the_tool_has_ended_well_is_thrown_too()
    {
        using var gone = new TemporaryFolder();
        var pid = Path.Combine(gone.Path, "pid");
        for (var i = 0; i < 20; i++)
        {
            File.Delete(pid);
            var e = await Assert.ThrowsAsync<InvalidDataException>(() => s_process.RunAsync(["sh", "-c", $"echo $$ > {pid}; printf x"], null, Wait.Token, output =>
            {
                output.CopyTo(Stream.Null);
                var process = $"/proc/{File.ReadAllText(pid).Trim()}";
                SpinWait.SpinUntil(() => !Directory.Exists(process), Wait.Deadline);
                throw new InvalidDataException("at the end");
            }));
            Assert.Equal("at the end", e.Message);
        }
    }
}
