using System.Net;
using System.Net.Sockets;

namespace MailScanBridge.Daemon.Soak;

/// <summary>
/// The daemon of a soak and those around it. Where a scanner or clamd is harmed they alone decide, so that what they cannot tell nobody
/// tells in their place; where the hub is harmed it is a process of its own.
/// </summary>
internal sealed class SoakYard : IDisposable
{
    // What is kept of finished requests is bounded, and a soak judges growth in its second half: there the bounds must be reached.
    private const string Bounds = "queue:\n  max_done: 5000\ncache:\n  max_entries: 10000\n";

    private readonly SoakHub? _hub;
    private readonly SoakClamd? _clamd;

    /// <param name="directory">For everything.</param>
    /// <param name="harm">Names of those that harm is done to.</param>
    /// <param name="seed">Of the choice between a scanner's processes.</param>
    public SoakYard(string directory, IReadOnlyCollection<string> harm, int seed)
    {
        (HubXPub, HubXSub) = FreePorts();
        _hub = harm.Contains("hub") ? new SoakHub(directory, HubXPub, HubXSub) : null;
        _clamd = harm.Contains("clamd") ? new SoakClamd(directory) : null;
        Tool = harm.Contains("scanner") ? new SoakTool(directory, seed) : null;
        var config = Path.Combine(directory, "mailscan.yaml");
        File.WriteAllText(config, Bounds + Configuration());
        Daemon = new SoakDaemon(directory, HubXPub, HubXSub, config);
        Parties = [.. ((SoakParty?[])[Daemon, Tool, _clamd, _hub]).OfType<SoakParty>().Where(p => harm.Contains(p.Name))];
    }

    public string HubXPub { get; }

    public string HubXSub { get; }

    public SoakDaemon Daemon { get; }

    public SoakTool? Tool { get; }

    /// <summary>Those that harm is done to.</summary>
    public IReadOnlyList<SoakParty> Parties { get; }

    /// <summary>Tools that may be down decide: then an answer may be that nothing could be proven.</summary>
    public bool HasTools => Tool is not null || _clamd is not null;

    /// <summary>Processes that the daemon or the tool has now.</summary>
    public IReadOnlyList<int> Processes => [.. Daemon.Children, .. Tool?.Processes ?? []];

    public void Start()
    {
        _hub?.Start();
        _clamd?.Start();
        Daemon.Start();
    }

    public string LastLines() => string.Join('\n', ((SoakParty?[])[Daemon, _clamd, _hub]).OfType<SoakParty>().Select(p => $"{p.Name}:\n{p.LastLines()}"));

    public void Dispose()
    {
        foreach (var party in ((SoakParty?[])[Daemon, _clamd, _hub, Tool]).OfType<SoakParty>())
        {
            party.Dispose();
        }
    }

    private string Configuration()
    {
        var hub = _hub is null ? "" : "hub: { host: false }\n";
        if (!HasTools)
        {
            return hub;
        }

        var clamd = _clamd is null ? "" : $"  clamd: {{ kind: clamd, address: {_clamd.Socket}, max_size: 1MiB, timeout: 3s, break_for: 500ms, allow_unsafe_paths: true }}\n";
        var tool = Tool is null ? "" : $$"""
              soak:
                kind: command
                command: [sh, "{script}", "{sample}"]
                files: { script: {{Tool.Script}} }
                looks_at_content: true
                success_pattern: 'looked\n\z'
                findings: [{ pattern: '^bad (?<name>.+)$', score: 100 }]
                timeout: 3s
                concurrency: 4
                sandbox: if_available
                allow_unsafe_paths: true

            """;
        var steps = string.Concat(((string?[])[_clamd is null ? null : "clamd", Tool is null ? null : "soak"]).OfType<string>().Select(s => $"      - {{ scanner: {s} }}\n"));
        return $"{hub}scan:\n  look_again: 500ms\nscanners:\n{clamd}{tool}routes:\n  - name: soak\n    types: [\"*\"]\n    steps:\n{steps}";
    }

    private static (string, string) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return ($"tcp://{first.LocalEndpoint}", $"tcp://{second.LocalEndpoint}");
    }
}
