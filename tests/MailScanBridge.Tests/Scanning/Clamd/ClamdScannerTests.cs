using System.Net.Sockets;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Clamd;

public sealed class ClamdScannerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(300_001)]
    public async Task The_content_arrives_at_clamd_byte_for_byte(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        byte[]? received = null;
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            received = await c.ReadStreamAsync();
            await c.SendAsync("stream: OK\0");
        });

        var result = await ScanAsync(clamd.Address, content);

        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
        Assert.Equal(content, received);
    }

    [Fact]
    public async Task A_reply_that_drips_is_read_to_its_end()
    {
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            await c.ReadStreamAsync();
            foreach (var letter in "stream: OKAY.Eicar FOUND\0")
            {
                await c.SendAsync(letter.ToString());
                await Task.Yield();
            }
        });

        var result = await ScanAsync(clamd.Address, Make.Eicar);

        Assert.Equal("OKAY.Eicar", Assert.Single(result.Findings).Name);
    }

    [Fact]
    public async Task Without_a_socket_the_tool_is_down()
    {
        var result = await ScanAsync(Path.Combine(_folder.Path, "nobody"), Make.Eicar);

        AssertFailed(result, Reasons.ToolDown);
    }

    [Fact]
    public async Task With_a_socket_that_nobody_listens_on_the_tool_is_down()
    {
        var address = Path.Combine(_folder.Path, "dead");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(address));
        }

        AssertFailed(await ScanAsync(address, Make.Eicar), Reasons.ToolDown);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_timeout()
    {
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            await c.ReadStreamAsync();
            await c.HangAsync();
        });

        AssertFailed(await ScanAsync(clamd.Address, Make.Eicar, o => o with { Guard = o.Guard with { Timeout = TimeSpan.FromMilliseconds(200) } }), Reasons.Timeout);
    }

    [Fact]
    public async Task A_clamd_that_does_not_even_answer_to_a_ping_is_down()
    {
        await using var clamd = new FakeClamd(_folder.Path, c => c.HangAsync());

        var result = await ScanAsync(clamd.Address, new byte[5_000_000], o => o with { Guard = o.Guard with { Timeout = TimeSpan.FromMilliseconds(200) } });

        AssertFailed(result, Reasons.ToolDown);
        Assert.Contains("nor to PING", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UNKNOWN COMMAND\0")]
    [InlineData("No file descriptor received. ERROR\0")]
    public async Task Where_open_files_are_not_taken_their_content_travels_from_then_on(string refusal)
    {
        await using var clamd = new FakeClamd(
            _folder.Path,
            async c =>
            {
                Assert.Equal("zFILDES\0", await c.ReadCommandAsync());
                await c.SendAsync(refusal);
            },
            FakeClamd.Replies("stream: OK\0"));
        var scanner = Scanner(clamd.Address, o => o with { PassFiles = true });

        Assert.Equal(ScanOutcome.Scanned, (await scanner.ScanAsync(Item([1, 2, 3]), Wait.Token)).Outcome);
        Assert.Equal(ScanOutcome.Scanned, (await scanner.ScanAsync(Item([1, 2, 3]), Wait.Token)).Outcome);
        Assert.Equal(3, clamd.Connections);
    }

    [Theory]
    [InlineData("ClamAV 1.4.6/27000/Mon Jan  5 09:00:00 2026\0", "2026-01-20", true)]
    [InlineData("ClamAV 1.4.6/27000/Mon Jan  5 09:00:00 2026\0", "2026-01-10", false)]
    [InlineData("ClamAV 1.4.6/27000/nonsense\0", "2026-01-20", false)]
    [InlineData("ClamAV 1.4.6\0", "2026-01-20", false)]
    public async Task An_old_database_is_said_once(string reply, string today, bool old)
    {
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            await c.ReadCommandAsync();
            await c.SendAsync(reply);
        });
        var log = new LogRecorder();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.Parse(today, System.Globalization.CultureInfo.InvariantCulture));
        var scanner = new ClamdScanner("clamd", new ClamdOptions { Address = clamd.Address }, time, log.CreateLogger("x"));

        await scanner.ProbeAsync(Wait.Token);
        await scanner.ProbeAsync(Wait.Token);

        Assert.Equal(old ? 1 : 0, log.Lines.Count(l => l.Contains("older than 7 days", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_clamd_that_drops_the_connection_while_it_reloads_is_asked_again()
    {
        await using var clamd = new FakeClamd(_folder.Path, c => c.ReadAsync(4), FakeClamd.Replies("stream: Eicar FOUND\0"));

        var result = await ScanAsync(clamd.Address, new byte[1_000_000]);

        Assert.Equal("Eicar", Assert.Single(result.Findings).Name);
        Assert.Equal(2, clamd.Connections);
    }

    [Fact]
    public async Task A_clamd_that_always_drops_the_connection_is_down()
    {
        await using var clamd = new FakeClamd(_folder.Path, c => c.ReadAsync(4));

        AssertFailed(await ScanAsync(clamd.Address, new byte[1_000_000]), Reasons.ToolDown);
    }

    [Fact]
    public async Task The_size_limit_is_read_although_clamd_hangs_up_while_we_write()
    {
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            await c.ReadAsync(1000);
            await c.SendAsync("INSTREAM size limit exceeded. ERROR\0");
        });

        AssertFailed(await ScanAsync(clamd.Address, new byte[5_000_000]), Reasons.TooLarge);
        Assert.Equal(1, clamd.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stream: OK")]
    [InlineData("stream: O")]
    [InlineData("COMMAND READ TIMED OUT\n")]
    [InlineData("\u0001\u0002\uffff\0")]
    [InlineData("evil: OK\nstream: OK\0")]
    public async Task An_answer_that_is_no_proof_never_reads_as_clean(string reply)
    {
        await using var clamd = new FakeClamd(_folder.Path, FakeClamd.Replies(reply));

        AssertFailed(await ScanAsync(clamd.Address, Make.Eicar), Reasons.ToolDown);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            await c.ReadStreamAsync();
            while (true)
            {
                await c.SendAsync(new string('A', 60_000));
            }
        });

        var result = await ScanAsync(clamd.Address, Make.Eicar);

        AssertFailed(result, Reasons.ToolDown);
        Assert.InRange(result.Detail!.Length, 1, 400);
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_is_not_sent()
    {
        await using var clamd = new FakeClamd(_folder.Path, FakeClamd.Replies("stream: OK\0"));

        AssertFailed(await ScanAsync(clamd.Address, new byte[11], o => o with { MaxSize = 10 }), Reasons.TooLarge);
        Assert.Equal(0, clamd.Connections);
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync(clamd.Address, new byte[10], o => o with { MaxSize = 10 })).Outcome);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_a_failure()
    {
        await using var clamd = new FakeClamd(_folder.Path, FakeClamd.Replies("stream: OK\0"));
        var scanner = Scanner(clamd.Address);

        AssertFailed(await scanner.ScanAsync(Make.Item(path: Path.Combine(_folder.Path, "missing")), Wait.Token), Reasons.ToolDown);
    }

    [Fact]
    public async Task The_callers_cancellation_is_the_callers()
    {
        await using var clamd = new FakeClamd(_folder.Path, c => c.HangAsync());
        using var cancel = new CancellationTokenSource();
        var scan = Scanner(clamd.Address).ScanAsync(Item([1, 2, 3]), cancel.Token).AsTask();
        await Wait.UntilAsync(() => clamd.Connections > 0, "the connection");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan.WaitAsync(Wait.Token));
    }

    [Theory]
    [InlineData("ClamAV 1.4.6/27000/Mon Jan  5 09:00:00 2026\0", "1.4.6/27000/Mon Jan  5 09:00:00 2026")]
    [InlineData("ClamAV 1.4.6\0", "1.4.6")]
    [InlineData("UNKNOWN COMMAND\0", null)]
    [InlineData("", null)]
    [InlineData("ClamAV \u001b[31m\n\0", "\\x1b[31m")]
    public async Task The_probe_tells_the_version_or_that_nobody_is_there(string reply, string? version)
    {
        await using var clamd = new FakeClamd(_folder.Path, async c =>
        {
            Assert.Equal("zVERSION\0", await c.ReadCommandAsync());
            await c.SendAsync(reply);
        });
        var scanner = Scanner(clamd.Address);

        Assert.Equal(version, await scanner.ProbeAsync(Wait.Token));
        Assert.Equal(version, scanner.Version);
    }

    [Theory]
    [InlineData("/nowhere/at/all")]
    [InlineData("tcp://127.0.0.1:1")]
    [InlineData("/LONG")]
    public async Task The_probe_of_an_address_where_nothing_is_says_so(string address)
    {
        var scanner = Scanner(address.Replace("LONG", new string('a', 300), StringComparison.Ordinal));

        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        AssertFailed(await scanner.ScanAsync(Item([1]), Wait.Token), Reasons.ToolDown);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertFailed(ScannerResult result, string reason)
    {
        Assert.Equal((ScanOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }

    private static ClamdScanner Scanner(string address, Func<ClamdOptions, ClamdOptions>? change = null)
    {
        var options = new ClamdOptions { Address = address, PassFiles = false, Guard = new ToolGuardOptions { Concurrency = 4, Timeout = Wait.Deadline } };
        return new ClamdScanner("clamd", change?.Invoke(options) ?? options, TimeProvider.System);
    }

    private Task<ScannerResult> ScanAsync(string address, byte[] content, Func<ClamdOptions, ClamdOptions>? change = null) =>
        Scanner(address, change).ScanAsync(Item(content), Wait.Token).AsTask();

    private ScanItem Item(byte[] content) => Make.Item(path: _folder.Write("sample", content), content: content);
}
