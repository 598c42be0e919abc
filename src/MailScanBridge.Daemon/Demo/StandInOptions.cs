namespace MailScanBridge.Daemon.Demo;

/// <summary>How the stand-in sensor behaves. Bounds are those of the Zeek scripts.</summary>
internal sealed record StandInOptions
{
    /// <summary>Directory into which files are written for the daemon.</summary>
    public required string Spool { get; init; }

    /// <summary>What the daemon calls that directory; the same unless given.</summary>
    public string? DaemonSpool { get; init; }

    /// <summary>Name of the bridge to ask.</summary>
    public required string Bridge { get; init; }

    /// <summary>Stable name of this sensor.</summary>
    public string Node { get; init; } = $"{System.Net.Dns.GetHostName()}/stand-in";

    /// <summary>Time for a first answer to hello, default 10 s; without one every file ends as <c>no_bridge</c>.</summary>
    public TimeSpan StartWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time from the last file to the last verdict, default 60 s; what is open then ends as <c>timeout</c>.</summary>
    public TimeSpan EndWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most new requests a second; 0 (default): as fast as credit allows.</summary>
    public int Rate { get; init; }

    /// <summary>Time from the first answer to hello after which no new file is asked about; default: none.</summary>
    public TimeSpan SendFor { get; init; } = TimeSpan.MaxValue;

    /// <summary>Time after which a request that is not accepted is sent again, default 5 s.</summary>
    public TimeSpan AcceptWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// With every verdict there, it goes on acknowledging repeats until this is true, as a Zeek that watches an interface does: an acknowledgement that
    /// reached a daemon just before its death is lost with it. Null: it leaves at once, as a Zeek at the end of a trace does.
    /// </summary>
    public Func<bool>? StayUntil { get; init; }
}
