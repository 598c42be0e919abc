using System.Diagnostics;
using System.Diagnostics.Metrics;
using MailScanBridge.Intake;
using MailScanBridge.Retention;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Time.Testing;

namespace MailScanBridge.Tests.Support;

/// <summary>A quarantine in a folder of its own, with a clock and free bytes that a test sets.</summary>
internal sealed class QuarantineBench : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailScanMetrics _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counters = [];

    public QuarantineBench(Func<QuarantineOptions, QuarantineOptions>? change = null, string? directory = null)
    {
        Options = new QuarantineOptions { Path = directory ?? Path.Combine(_folder.Path, "quarantine"), MinFree = 0 };
        Options = change?.Invoke(Options) ?? Options;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _metrics.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.Length > 0 ? $"{instrument.Name} {tags[0].Value}" : instrument.Name;
            _counters[name] = _counters.GetValueOrDefault(name) + value;
        });
        _listener.Start();
        Quarantine = NewQuarantine();
        Quarantine.Prepare();
    }

    public QuarantineOptions Options { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public LogRecorder Log { get; } = new();

    public Quarantine Quarantine { get; private set; }

    public string AuditPath => Path.Combine(_folder.Path, "audit.json");

    public IReadOnlyList<string> AuditLines => File.Exists(AuditPath) ? File.ReadAllLines(AuditPath) : [];

    /// <summary>Free bytes as the quarantine sees them, given what is in it; the disk's own unless set.</summary>
    public Func<long>? Free { get; set; }

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Options.Path).Select(f => Path.GetFileName(f)).Where(f => f != ".lock").Order()];

    public long Count(string counter) => _counters.GetValueOrDefault(counter);

    public string ZipOf(byte[] content) => Path.Combine(Options.Path, Make.Sha256(content) + ".zip");

    public QuarantineEntry EntryOf(byte[] content) => QuarantineEntry.Read(Path.Combine(Options.Path, Make.Sha256(content) + ".json"));

    /// <summary>As after a restart of the daemon.</summary>
    public void Restart()
    {
        Quarantine.Dispose();
        Quarantine = NewQuarantine();
        Quarantine.Prepare();
    }

    public Task<bool> KeepAsync(byte[] content, ulong seqno = 1, Func<FileRequest, FileRequest>? change = null, Verdict? verdict = null)
    {
        var request = Make.Request(seqno, content: content);
        return Quarantine.KeepAsync(_folder.Write($"stored.{seqno}", content), change?.Invoke(request) ?? request, verdict ?? Make.Verdict(), Wait.Token);
    }

    /// <summary>What 7z, which shares no code with what wrote the zip, takes out of it.</summary>
    public byte[] SevenZip(string zip, string password)
    {
        var start = new ProcessStartInfo(Require.Program("7z", "p7zip-full"), ["x", "-so", $"-p{password}", zip]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var content = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(content);
        process.WaitForExit();
        return process.ExitCode == 0 ? content.ToArray() : throw new InvalidDataException(process.StandardError.ReadToEnd());
    }

    public void Dispose()
    {
        Quarantine.Dispose();
        _listener.Dispose();
        _metrics.Dispose();
        _folder.Dispose();
    }

    private Quarantine NewQuarantine() => new(Options, new AuditLog(AuditPath, Time, Log), Time, _metrics, Log, path => Free?.Invoke() ?? DiskFloor.FreeBytes(path));
}
