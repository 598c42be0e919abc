namespace MailScanBridge.Daemon.Soak;

/// <summary>The real daemon as a child process on free loopback ports, over a state that outlives it.</summary>
internal sealed class SoakDaemon : SoakProcess
{
    public const string Bridge = "soak";

    /// <param name="directory">For spool, state and log.</param>
    /// <param name="hubXPub">Where the hub is, or is to be.</param>
    /// <param name="hubXSub">The same.</param>
    /// <param name="config">Its configuration.</param>
    public SoakDaemon(string directory, string hubXPub, string hubXSub, string config)
        : base("daemon", directory, Ourselves(["run", "--config", config]), new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = Directory.CreateDirectory(Path.Combine(directory, "spool")).FullName,
            ["MAILSCAN_STATE"] = Path.Combine(directory, "state"),
            ["MAILSCAN_BRIDGE"] = Bridge,
            ["MAILSCAN_HUB_XPUB"] = hubXPub,
            ["MAILSCAN_HUB_XSUB"] = hubXSub,
        })
    {
        Spool = Path.Combine(directory, "spool");
        State = Path.Combine(directory, "state");
    }

    public string Spool { get; }

    public string State { get; }

    /// <summary>Files and directories that are left once everything is answered and acknowledged.</summary>
    public int FilesLeft => Directory.EnumerateFiles(Spool).Count()
        + Directory.EnumerateFiles(Path.Combine(State, "store", "files")).Count()
        + Directory.EnumerateFileSystemEntries(Path.Combine(State, "store", "work")).Count();

    /// <summary>Its children, those too that it has not waited for.</summary>
    public IReadOnlyList<int> Children
    {
        get
        {
            try
            {
                return HasExited ? [] : ProcessWatch.ChildrenOf(ProcessId);
            }
            catch (IOException)
            {
                return []; // It ends just now.
            }
        }
    }
}
