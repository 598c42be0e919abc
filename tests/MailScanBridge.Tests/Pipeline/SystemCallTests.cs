using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>The order of the system calls of the real daemon.</summary>
public sealed class SystemCallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact(Timeout = 180_000)]
    public async Task The_journal_is_synced_between_the_arrival_of_a_request_and_accepted()
    {
        var strace = Strace();
        var trace = Path.Combine(_folder.Path, "trace");
        var spool = Directory.CreateDirectory(Path.Combine(_folder.Path, "spool")).FullName;
        var (xPub, xSub) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(
            strace,
            [
                "-f", "-y", "-s", "65536", "-o", trace, "-e", "trace=fsync,fdatasync,sendto,sendmsg,write,writev,recvfrom,recvmsg,read",
                Path.Combine(AppContext.BaseDirectory, "mailscan-bridge"), "run",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MAILSCAN_SPOOL"] = spool;
        start.Environment["MAILSCAN_STATE"] = Path.Combine(_folder.Path, "state");
        start.Environment["MAILSCAN_BRIDGE"] = "traced";
        start.Environment["MAILSCAN_HUB_XPUB"] = xPub;
        start.Environment["MAILSCAN_HUB_XSUB"] = xSub;
        using var daemon = Process.Start(start)!;
        var output = daemon.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _ = daemon.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = xPub, HubXSub = xSub });
            var rows = new List<SensorRow>();
            var sensor = new StandInSensor(
                new StandInOptions { Spool = spool, Bridge = "traced", StartWait = TimeSpan.FromSeconds(90) }, client, TimeProvider.System);
            await sensor.RunAsync([MailFiles.Of("mail", "Subject: x\n\nhello\n"u8.ToArray())[0]], rows.Add, TestContext.Current.CancellationToken);
            Assert.Equal("clean", Assert.Single(rows).Verdict);
        }
        finally
        {
            daemon.Kill(entireProcessTree: true);
            await daemon.WaitForExitAsync(CancellationToken.None);
        }

        var lines = await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken);
        var arrived = Array.FindIndex(lines, l => IsReceiving(l) && l.Contains("MailScan::file_request", StringComparison.Ordinal));
        var accepted = Array.FindIndex(lines, l => !IsReceiving(l) && l.Contains("MailScan::accepted", StringComparison.Ordinal));
        var synced = Enumerable.Range(0, lines.Length).Where(i => IsSynced(lines, i, accepted)).ToList();
        Assert.True(arrived >= 0 && accepted >= 0, $"the trace shows no request or no answer: {lines.Length} lines, {await output}");
        Assert.Contains(synced, s => s > arrived && s < accepted);
        Assert.Contains(lines.Skip(accepted), l => l.Contains("MailScan::verdict", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsReceiving(string line) => line.Contains("recvfrom", StringComparison.Ordinal) || line.Contains("recvmsg", StringComparison.Ordinal) || line.Contains("read(", StringComparison.Ordinal)
        || line.Contains("read resumed", StringComparison.Ordinal);

    /// <summary>A sync of the journal's log that begins here and has ended, with success, before a line.</summary>
    private static bool IsSynced(string[] lines, int at, int before)
    {
        if (!lines[at].Contains("sync(", StringComparison.Ordinal) || !lines[at].Contains("journal.sqlite-wal", StringComparison.Ordinal))
        {
            return false;
        }

        if (!lines[at].Contains("<unfinished", StringComparison.Ordinal))
        {
            return lines[at].TrimEnd().EndsWith("= 0", StringComparison.Ordinal);
        }

        var thread = lines[at].Split(' ', 2)[0] + " ";
        var end = Array.FindIndex(lines, at + 1, l => l.StartsWith(thread, StringComparison.Ordinal) && l.Contains("sync resumed", StringComparison.Ordinal));
        return end > at && end < before && lines[end].TrimEnd().EndsWith("= 0", StringComparison.Ordinal);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static string Strace()
    {
        const string program = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(program), "strace is not on this machine");
        using var probe = Process.Start(new ProcessStartInfo(program, ["-o", "/dev/null", "/bin/true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        Assert.SkipUnless(probe.ExitCode == 0, "this machine does not allow tracing");
        return program;
    }
}
