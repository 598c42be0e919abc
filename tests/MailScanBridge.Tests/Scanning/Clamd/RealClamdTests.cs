using System.Diagnostics;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Clamd;

/// <summary>The scanner against Debian's clamd with a database of one signature.</summary>
public sealed class RealClamdTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Process? _clamd;

    private string Address => Path.Combine(_folder.Path, "clamd.sock");

    public async ValueTask InitializeAsync()
    {
        var program = Require.Program("clamd", "clamav-daemon");
        var database = Directory.CreateDirectory(Path.Combine(_folder.Path, "db")).FullName;
        await File.WriteAllTextAsync(Path.Combine(database, "local.ndb"), $"Eicar-Test-Signature:0:0:{Convert.ToHexStringLower(Make.Eicar)}\n", Wait.Token);
        var configuration = _folder.Write("clamd.conf", System.Text.Encoding.UTF8.GetBytes(
            $"""
            Foreground yes
            LocalSocket {Address}
            DatabaseDirectory {database}
            TemporaryDirectory {_folder.Path}
            StreamMaxLength 1M
            AlertEncrypted yes
            AlertOLE2Macros yes
            AlertExceedsMax yes
            MaxRecursion 3
            MaxFileSize 2000000

            """));
        _clamd = Process.Start(new ProcessStartInfo(program, ["-c", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var scanner = Scanner();
        await Wait.UntilAsync(
            () => _clamd.HasExited ? throw new InvalidOperationException($"clamd ended: {_clamd.StandardError.ReadToEnd()}") : scanner.ProbeAsync(CancellationToken.None).GetAwaiter().GetResult() is not null,
            "clamd to answer");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Eicar_is_found_plain_and_in_a_zip_and_text_is_proven_clean(bool passFiles)
    {
        var scanner = Scanner(o => o with { PassFiles = passFiles });
        Assert.NotNull(await scanner.ProbeAsync(Wait.Token));
        Assert.StartsWith("1.", scanner.Version, StringComparison.Ordinal);

        var plain = await ScanAsync(scanner, Make.Eicar);
        var zipped = await ScanAsync(scanner, Zip(Make.Eicar));
        var clean = await ScanAsync(scanner, "hello"u8.ToArray());
        var empty = await ScanAsync(scanner, []);

        Assert.Equal("Eicar-Test-Signature.UNOFFICIAL", Assert.Single(plain.Findings).Name);
        Assert.Equal(VerdictKind.Malicious, Assert.Single(zipped.Findings).Kind);
        Assert.Equal((ScanOutcome.Scanned, 0), (clean.Outcome, clean.Findings.Count));
        Assert.Equal((ScanOutcome.Scanned, 0), (empty.Outcome, empty.Findings.Count));
    }

    [Fact]
    public async Task Past_clamds_stream_limit_nothing_is_proven()
    {
        var result = await ScanAsync(Scanner(o => o with { PassFiles = false }), new byte[3_000_000]);

        Assert.Equal((ScanOutcome.Failed, Reasons.TooLarge), (result.Outcome, result.Reason));
    }

    [Theory]
    [InlineData(true, 2_000_000)] // MaxFileSize
    [InlineData(false, 1_000_000)] // StreamMaxLength
    public async Task Its_limits_are_tried_and_what_is_past_them_is_not_scanned(bool passFiles, long limit)
    {
        var log = new LogRecorder();
        var scanner = Scanner(o => o with { PassFiles = passFiles, MaxSize = 5_000_000 }, log);

        Assert.Null(await scanner.CheckAsync(Wait.Token));

        Assert.Single(log.Lines, l => l.Contains("was seen to scan files of", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, l => l.Contains("says OK past", StringComparison.Ordinal)); // AlertExceedsMax yes
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync(scanner, new byte[limit * 8 / 10])).Outcome);
        Assert.Equal((ScanOutcome.Failed, Reasons.TooLarge), await OutcomeAsync(new byte[(limit * 11 / 10) + 50_000]));

        async Task<(ScanOutcome, string?)> OutcomeAsync(byte[] content) => await ScanAsync(scanner, content) is var result ? (result.Outcome, result.Reason) : default;
    }

    [Fact]
    public async Task Within_its_limits_nothing_is_lowered()
    {
        var log = new LogRecorder();
        var scanner = Scanner(o => o with { MaxSize = 900_000 }, log);

        Assert.Null(await scanner.CheckAsync(Wait.Token));

        Assert.Empty(log.Lines);
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync(scanner, new byte[900_000])).Outcome);
    }

    [Fact]
    public async Task Past_clamds_recursion_limit_nothing_is_proven()
    {
        var nested = Make.Eicar;
        for (var i = 0; i < 6; i++)
        {
            nested = Zip(nested);
        }

        var result = await ScanAsync(Scanner(), nested);

        Assert.Equal((ScanOutcome.Failed, Reasons.Limits), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task A_clamd_that_is_killed_is_down_and_not_clean()
    {
        var scanner = Scanner();
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync(scanner, "hello"u8.ToArray())).Outcome);
        _clamd!.Kill();
        await _clamd.WaitForExitAsync(Wait.Token);

        var result = await ScanAsync(scanner, "hello"u8.ToArray());

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
    }

    public async ValueTask DisposeAsync()
    {
        if (_clamd is not null)
        {
            _clamd.Kill();
            await _clamd.WaitForExitAsync(CancellationToken.None);
            _clamd.Dispose();
        }

        _folder.Dispose();
    }

    private ClamdScanner Scanner(Func<ClamdOptions, ClamdOptions>? change = null, LogRecorder? log = null)
    {
        var options = new ClamdOptions { Address = Address, Guard = new ToolGuardOptions { Concurrency = 4, Timeout = Wait.Deadline } };
        return new ClamdScanner("clamd", change?.Invoke(options) ?? options, TimeProvider.System, log);
    }

    private Task<ScannerResult> ScanAsync(ClamdScanner scanner, byte[] content) =>
        scanner.ScanAsync(Make.Item(path: _folder.Write("sample", content), content: content), Wait.Token).AsTask();

    private static byte[] Zip(byte[] content)
    {
        var bytes = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(bytes, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = zip.CreateEntry("content").Open())
        {
            entry.Write(content);
        }

        return bytes.ToArray();
    }
}
