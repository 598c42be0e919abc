using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Retention;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Passwords;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Everything the daemon can be told, checked.</summary>
internal sealed record BridgeConfig
{
    /// <summary>True (default): this daemon is the hub that Zeek connects to. False: it is a client of a hub that runs elsewhere.</summary>
    public bool HostHub { get; init; } = true;

    /// <summary>The hub's XPUB, from which everybody receives.</summary>
    public required string HubXPub { get; init; }

    /// <summary>The hub's XSUB, to which everybody sends.</summary>
    public required string HubXSub { get; init; }

    /// <summary>The keys for a hub that asks for them; null (default) for one on loopback that does not.</summary>
    public ZeekCurveKeys? Curve { get; init; }

    /// <summary>Where URLs are looked up.</summary>
    public required UrlConfig Urls { get; init; }

    /// <summary>What the responder may do, where it is run.</summary>
    public required RespondConfig Respond { get; init; }

    public required PipelineOptions Pipeline { get; init; }

    public required CustodyOptions Custody { get; init; }

    public required QueueOptions Queue { get; init; }

    public required OverloadOptions Overload { get; init; }

    /// <summary>What is kept of bad files.</summary>
    public required QuarantineOptions Quarantine { get; init; }

    /// <summary>What must stay free.</summary>
    public required DiskOptions Disk { get; init; }

    /// <summary>What is remembered of earlier scans.</summary>
    public required ScanCacheOptions Cache { get; init; }

    public required UnpackBudget Unpacking { get; init; }

    /// <summary>The programs that take containers apart.</summary>
    public required ExternalConfig External { get; init; }

    /// <summary>What is tried on archives that need a password.</summary>
    public required PasswordOptions Passwords { get; init; }

    /// <summary>What is remembered of the parts that Zeek cuts mails into.</summary>
    public required MailPartsOptions MailParts { get; init; }

    public required ReplyOptions Replies { get; init; }

    public required IReadOnlyList<ScannerConfig> Scanners { get; init; }

    public required IReadOnlyList<Route> Routes { get; init; }

    public required string VerdictLogPath { get; init; }

    public required string AuditLogPath { get; init; }
}

/// <summary>A scanner by name, and how to make it.</summary>
/// <param name="Name">As routes call it.</param>
/// <param name="Kind">content, hash_list, hash_registry, urls, clamd, yara, command, or <see cref="SwitchedOff"/>.</param>
/// <param name="Options">The kind's own options: null, HashListOptions, HashRegistryOptions, UrlScannerOptions, ClamdOptions, YaraOptions or CommandOptions.</param>
/// <param name="AllowUnsafePaths">True: it is used though others could exchange its program, rules, list or socket. Default false.</param>
internal sealed record ScannerConfig(string Name, string Kind, object? Options, bool AllowUnsafePaths = false)
{
    /// <summary>The kind of a scanner that the configuration names only to have none.</summary>
    public const string SwitchedOff = "switched off";
}

/// <summary>The programs that take containers apart, in the order in which they are asked, and whether they may run without a sandbox.</summary>
internal sealed record ExternalConfig(IReadOnlyList<string> Programs, SandboxMode Sandbox)
{
    /// <summary>Those that are known.</summary>
    public static readonly IReadOnlyList<string> Known = ["bsdtar", "7z", "qpdf"];
}
