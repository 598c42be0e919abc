using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Retention;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;
using MailScanBridge.Unpacking.Passwords;
using MailScanBridge.Verdicts;

namespace MailScanBridge;

/// <summary>What a pipeline is made of: each room's options, the scanners that this machine has, and the routes.</summary>
public sealed record PipelineParts
{
    public PipelineOptions Pipeline { get; init; } = new();

    public required CustodyOptions Custody { get; init; }

    public required QueueOptions Queue { get; init; }

    public OverloadOptions Overload { get; init; } = new();

    public ScanCacheOptions Cache { get; init; } = new();

    public UnpackBudget Unpacking { get; init; } = new();

    /// <summary>What is tried on archives that need a password.</summary>
    public PasswordOptions Passwords { get; init; } = new();

    /// <summary>Programs for containers that are not read here, asked in this order.</summary>
    public IReadOnlyList<IExternalUnpacker> ExternalUnpackers { get; init; } = [];

    public required IReadOnlyList<IScanner> Scanners { get; init; }

    /// <summary>Why configured scanners are not among them, by name.</summary>
    public IReadOnlyDictionary<string, string> Absent { get; init; } = new Dictionary<string, string>();

    public required IReadOnlyList<Route> Routes { get; init; }

    public MailPartsOptions MailParts { get; init; } = new();

    public ReplyOptions Replies { get; init; } = new();

    public required QuarantineOptions Quarantine { get; init; }

    public DiskOptions Disk { get; init; } = new();

    /// <summary>Absolute path of the log of what was done to the quarantine.</summary>
    public required string AuditLogPath { get; init; }

    /// <summary>Where the pipeline counts and measures.</summary>
    public MailScanMetrics Metrics { get; init; } = new();

    /// <summary>Absolute path of the daemon's own log of verdicts, one JSON object a line.</summary>
    public required string VerdictLogPath { get; init; }
}
