using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Queue;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Data.Sqlite;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>What keeps the daemon from starting is said in a sentence that the operator can act on.</summary>
public sealed class BridgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Spool => Path.Combine(_folder.Path, "spool");

    private string State => Path.Combine(_folder.Path, "state");

    public BridgeTests()
    {
        Directory.CreateDirectory(Spool);
        Directory.CreateDirectory(State);
    }

    [Fact]
    public async Task It_opens_with_the_built_in_configuration_on_free_ports()
    {
        await using var bridge = await OpenAsync();

        Assert.Contains(bridge.Scanners, s => s is { Name: "content", Scanner: not null });
        Assert.StartsWith("tcp://127.0.0.1:", bridge.HubXPub, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spool_that_is_missing_is_named()
    {
        Directory.Delete(Spool);

        Assert.Contains(Spool, await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_cannot_be_made_is_named()
    {
        Directory.Delete(State);
        await File.WriteAllTextAsync(State, "a file", Wait.Token);

        Assert.Contains(State, await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await OpenAsync();

        Assert.Contains(first.HubXPub, await RefusedAsync(xPub: first.HubXPub, state: Path.Combine(_folder.Path, "other")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_daemons_do_not_share_a_state()
    {
        await using (await OpenAsync())
        {
            Assert.Contains("Is another mailscan-bridge running?", await RefusedAsync(), StringComparison.Ordinal);
        }

        await using var after = await OpenAsync();
    }

    [Fact]
    public async Task The_journal_of_a_newer_daemon_stops_the_start_and_stays()
    {
        var journal = Path.Combine(State, "journal.sqlite");
        await ScanQueue.Open(new QueueOptions { JournalPath = journal }, TimeProvider.System, new MailScanMetrics(), new LogRecorder()).DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={journal};Pooling=False"))
        {
            connection.Open();
            var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("version 99", await RefusedAsync(), StringComparison.Ordinal);
        Assert.True(File.Exists(journal));
    }

    [Fact]
    public async Task A_damaged_journal_stops_no_start()
    {
        await File.WriteAllBytesAsync(Path.Combine(State, "journal.sqlite"), new byte[5000], Wait.Token);

        await using var bridge = await OpenAsync();

        Assert.Single(Directory.GetFiles(State, "journal.sqlite.damaged-*"));
    }

    [Fact]
    public async Task A_verdict_log_that_cannot_be_opened_is_named()
    {
        Directory.CreateDirectory(Path.Combine(State, "verdicts.json"));

        Assert.Contains("verdicts.json", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hash_list_with_a_bad_line_is_named_with_the_line()
    {
        var list = _folder.Write("list", "# fine\nnot a hash\n"u8.ToArray());

        Assert.Contains($"{list}:2: ", await RefusedAsync($"scanners: {{ bad_hashes: {{ kind: hash_list, path: {list} }} }}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scanner_that_is_switched_off_is_told_as_such()
    {
        await using var bridge = await OpenAsync("scanners: { clamd: { enabled: false } }");

        Assert.Equal("switched off (enabled: false)", bridge.Scanners.Single(s => s.Name == "clamd").Absent);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> RefusedAsync(string yaml = "", string? xPub = null, string? state = null) =>
        (await Assert.ThrowsAsync<StartException>(() => OpenAsync(yaml, xPub, state))).Message;

    private Task<Bridge> OpenAsync(string yaml = "", string? xPub = null, string? state = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = Spool,
            ["MAILSCAN_STATE"] = state ?? State,
            ["MAILSCAN_HUB_XPUB"] = xPub ?? "tcp://127.0.0.1:0",
            ["MAILSCAN_HUB_XSUB"] = "tcp://127.0.0.1:0",
        };
        var config = ConfigLoader.Load(_folder.Write("mailscan.yaml", System.Text.Encoding.UTF8.GetBytes(yaml)), environment.GetValueOrDefault);
        return Bridge.OpenAsync(config, TimeProvider.System, new LogRecorder(), Wait.Token);
    }
}
