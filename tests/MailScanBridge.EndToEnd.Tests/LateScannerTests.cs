using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>Tools that come up after the daemon.</summary>
public sealed class LateScannerTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_scanner_that_was_absent_at_the_start_is_used_once_it_is_there()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var list = Path.Combine(directory.Path, "bad-hashes.txt");
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, $"scan:\n  look_again: 100ms\nscanners:\n  bad_hashes:\n    kind: hash_list\n    path: {list}\n", cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start(null, "--config", config);
        await daemon.WaitUntilRunningAsync(cancellationToken);
        Assert.Contains($"Scanner bad_hashes is absent: {list} does not exist", daemon.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(list + ".new", $"{new string('a', 64)} Test.Name\n", cancellationToken);
        File.Move(list + ".new", list);

        await Eventually.TrueAsync(() => daemon.Output.Contains("Scanner bad_hashes 1 hash (", StringComparison.Ordinal), "the list is in use", cancellationToken);
    }
}
