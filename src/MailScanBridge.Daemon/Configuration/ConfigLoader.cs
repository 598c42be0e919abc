using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Verdicts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>
/// Reads mailscan.yaml. What a file does not say comes from the built-in file (see <c>mailscan-bridge show-config</c>): its
/// sections are taken key by key, its scanners by name, its routes as a whole. Environment variables override the file.
/// </summary>
internal static class ConfigLoader
{
    private const string BuiltInName = "(built in)";

    /// <summary>The configuration that holds where the operator gives none, with its comments.</summary>
    public static string BuiltInText
    {
        get
        {
            using var stream = typeof(ConfigLoader).Assembly.GetManifestResourceStream("mailscan.yaml")!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Loads a file over the built-in one.</summary>
    /// <param name="path">The operator's file, or null for the built-in configuration alone.</param>
    /// <param name="environment">Reads an environment variable: MAILSCAN_SPOOL, MAILSCAN_STATE, MAILSCAN_BRIDGE, MAILSCAN_HUB_XPUB, MAILSCAN_HUB_XSUB, and the variables in which Zeek finds its CURVE keys.</param>
    /// <exception cref="ConfigException">Lists everything that is wrong, with file and line.</exception>
    public static BridgeConfig Load(string? path, Func<string, string?> environment)
    {
        var errors = new List<ConfigError>();
        var builtIn = Parse(BuiltInName, BuiltInText, errors);
        var own = path is null ? null : Parse(path, ReadFile(path), errors);
        if (errors.Count > 0)
        {
            throw new ConfigException(errors);
        }

        var root = own is null
            ? ConfigSection.Root(BuiltInName, builtIn!, errors)
            : ConfigSection.Root(path!, own, errors);
        var defaults = ConfigSection.Root(BuiltInName, builtIn!, errors);
        var config = Read(root, defaults, environment, errors);
        return errors.Count == 0 ? config : throw new ConfigException(errors);
    }

    private static BridgeConfig Read(ConfigSection root, ConfigSection builtIn, Func<string, string?> environment, List<ConfigError> errors)
    {
        string Either(string variable, string fromFile, Func<string, bool> allowed, string expected)
        {
            if (environment(variable) is not { Length: > 0 } value)
            {
                return fromFile;
            }

            if (!allowed(value))
            {
                errors.Add(new ConfigError("(environment)", 0, variable, $"\"{Printable.Text(value)}\" {expected}"));
            }

            return value;
        }

        string EitherPath(string variable, string fromFile) => Either(variable, fromFile, ConfigSection.IsAbsolutePath, "is no absolute path");

        var spool = EitherPath("MAILSCAN_SPOOL", root.AbsolutePath("spool", builtIn.Text("spool", "")));
        var state = EitherPath("MAILSCAN_STATE", root.AbsolutePath("state", builtIn.Text("state", "")));
        var bridge = Either("MAILSCAN_BRIDGE", root.Text("bridge", ""), _ => true, "");
        var hub = root.Section("hub");
        var where = HubReader.Read(hub, environment, errors);
        var scan = root.Section("scan");
        var queue = root.Section("queue");
        var replies = root.Section("replies");
        var retention = root.Section("retention");
        var custody = new CustodyOptions { Spool = spool, Store = Path.Combine(state, "store") };
        var cache = root.Section("cache");
        var parts = root.Section("parts");
        var partsDefaults = new MailPartsOptions();
        var pipeline = new PipelineOptions();
        var queueDefaults = new QueueOptions { JournalPath = "" };
        var replyDefaults = new ReplyOptions();
        var cacheDefaults = new ScanCacheOptions();
        var sandbox = CommandReader.Sandbox(root, SandboxMode.Required);
        var (budget, passwords, external) = UnpackingReader.Read(root.Section("unpacking"), sandbox);
        var scanners = ScannerReader.Read(root.Section("scanners"), builtIn.Section("scanners"), sandbox);
        var config = new BridgeConfig
        {
            HostHub = where.Host,
            HubXPub = where.XPub,
            HubXSub = where.XSub,
            Curve = where.Curve,
            Urls = UrlReader.Read(root.Section("urls"), sandbox),
            Respond = RespondReader.Read(root.Section("respond")),
            Pipeline = pipeline with
            {
                Bridge = bridge.Length > 0 ? bridge : pipeline.Bridge,
                Workers = scan.Number("workers", pipeline.Workers, 1, 1024),
                ScanTimeout = scan.Duration("timeout", pipeline.ScanTimeout),
                LookAgain = scan.Duration("look_again", pipeline.LookAgain),
                Heartbeat = replies.Duration("heartbeat", pipeline.Heartbeat),
                Credit = queue.Number("credit", pipeline.Credit, 1, 1000),
                MaxContext = queue.Size("max_context", pipeline.MaxContext, most: 1 << 20),
            },
            Custody = custody with
            {
                RejectedMaxAge = retention.Duration("rejected_max_age", custody.RejectedMaxAge, maxDays: 365),
                RejectedMaxBytes = retention.Size("rejected_max_bytes", custody.RejectedMaxBytes),
                StrayAfter = retention.Duration("stray_after", custody.StrayAfter, maxDays: 365),
            },
            Quarantine = RetentionReader.ReadQuarantine(root.Section("quarantine"), state),
            Disk = RetentionReader.ReadDisk(root.Section("disk")),
            Queue = queueDefaults with
            {
                JournalPath = Path.Combine(state, "journal.sqlite"),
                MaxOpen = queue.Number("max_open", queueDefaults.MaxOpen, 1, 10_000_000),
                SuspectAfter = queue.Duration("suspect_after", queueDefaults.SuspectAfter),
                MaxOpenTrace = queue.Number("max_open_trace", queueDefaults.MaxOpenTrace, 1, 10_000_000),
                MaxNodes = queue.Number("max_nodes", queueDefaults.MaxNodes, 1, 10_000_000),
                MaxAttempts = queue.Number("max_attempts", queueDefaults.MaxAttempts, 1, 100),
                KeepDone = queue.Duration("keep_done", queueDefaults.KeepDone, maxDays: 365),
                MaxDone = queue.Number("max_done", queueDefaults.MaxDone, 1, 10_000_000),
                KeepLedger = queue.Duration("keep_ledger", queueDefaults.KeepLedger, maxDays: 365),
                GapAfter = queue.Duration("gap_after", queueDefaults.GapAfter),
                MaxLater = queue.Number("max_later", queueDefaults.MaxLater, 0, 10_000_000),
                MaxLaterBytes = queue.Size("max_later_bytes", queueDefaults.MaxLaterBytes),
            },
            Overload = OverloadReader.Read(root.Section("overload")),
            Replies = replyDefaults with
            {
                AnswerWithin = replies.Duration("answer_within", replyDefaults.AnswerWithin),
                Resend = replies.Duration("resend", replyDefaults.Resend),
                MaxResend = replies.Duration("max_resend", replyDefaults.MaxResend),
                GiveUpAfter = replies.Duration("give_up_after", replyDefaults.GiveUpAfter),
                MaxUnacknowledged = replies.Number("max_unacknowledged", replyDefaults.MaxUnacknowledged, 1, 10_000_000),
                MaxGone = replies.Number("max_gone", replyDefaults.MaxGone, 1, 1_000_000),
            },
            Cache = cacheDefaults with
            {
                KeepClean = cache.Duration("keep_clean", cacheDefaults.KeepClean, maxDays: 365),
                KeepBad = cache.Duration("keep_bad", cacheDefaults.KeepBad, maxDays: 365),
                MaxEntries = cache.Number("max_entries", cacheDefaults.MaxEntries, 0, 100_000_000),
            },
            Unpacking = budget,
            Passwords = passwords,
            External = external,
            MailParts = partsDefaults with
            {
                Keep = parts.Duration("keep", partsDefaults.Keep, maxDays: 1),
                MaxHashes = parts.Number("max_hashes", partsDefaults.MaxHashes, 0, 100_000_000),
                MaxPerMail = parts.Number("max_per_mail", partsDefaults.MaxPerMail, 1, 1_000_000),
            },
            Scanners = scanners,
            Routes = RouteReader.Read(root.Has("routes") ? root : builtIn, scanners),
            AuditLogPath = Path.Combine(state, "audit.json"),
            VerdictLogPath = root.Has("verdict_log") ? root.AbsolutePath("verdict_log", "") : Path.Combine(state, "verdicts.json"),
        };

        foreach (var section in (ConfigSection[])[hub, scan, cache, queue, replies, retention, parts, root])
        {
            section.NothingElse();
        }

        return config;
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([new ConfigError(path, 0, "", e.Message)]);
        }
    }

    private static YamlNode? Parse(string file, string text, List<ConfigError> errors)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count > 1)
            {
                errors.Add(new ConfigError(file, stream.Documents[1].RootNode.Start.Line - 1, "", "expected one document: what follows this line would not be read"));
            }

            return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : new YamlMappingNode();
        }
        catch (YamlException e)
        {
            errors.Add(new ConfigError(file, e.Start.Line, "", Printable.Text($"not YAML: {e.Message}", 500)));
            return null;
        }
    }
}
