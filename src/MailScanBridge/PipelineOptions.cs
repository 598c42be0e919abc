namespace MailScanBridge;

/// <summary>What the spine itself can be told; each room has options of its own.</summary>
public sealed record PipelineOptions
{
    /// <summary>Name of this bridge: Zeek nodes address it by this name. Default: the host name.</summary>
    public string Bridge { get; init; } = System.Net.Dns.GetHostName();

    /// <summary>Requests scanned at a time. Default: four times the number of processors, since a scan waits for the disk and for tools more than it computes.</summary>
    public int Workers { get; init; } = 4 * Environment.ProcessorCount;

    /// <summary>Time for all of one request's parts, default 120 s. What is not scanned by then is <c>unscanned: timeout</c>.</summary>
    public TimeSpan ScanTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Time between heartbeats, default 1 s. Zeek takes the bridge as down after three missed ones.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most requests a node may have published and not yet accepted, default 200 (see docs/contract.md).</summary>
    public int Credit { get; init; } = 200;

    /// <summary>Most requests on their way into the journal at a time, default 4,096; beyond it intake waits.</summary>
    public int MaxAccepting { get; init; } = 4096;

    /// <summary>
    /// Most bytes kept of what a request says of its mail, default 16 KiB, with 32 for each header and address besides its content; beyond it longer headers and lists are cut, and
    /// counted (<c>mailscan.intake.context_cut</c>).
    /// </summary>
    public int MaxContext { get; init; } = 16 * 1024;

    /// <summary>Time between two looks for a scanner that was absent, default 30 s: a clamd that is still loading, a list that is not there yet.</summary>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromSeconds(30);
}
