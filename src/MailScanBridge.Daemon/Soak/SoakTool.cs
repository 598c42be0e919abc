namespace MailScanBridge.Daemon.Soak;

/// <summary>
/// A command scanner: a shell script that looks for the EICAR string and takes its time. The daemon starts it, once a file, so that harm is
/// done to one of its processes at random: the tool's own, or the sandbox's around it.
/// </summary>
internal sealed class SoakTool : SoakParty
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);
    private readonly Random _random;

    /// <param name="directory">For the script.</param>
    /// <param name="seed">Of the choice between its processes.</param>
    public SoakTool(string directory, int seed)
        : base("scanner")
    {
        _random = new Random(seed);
        Script = Path.Combine(directory, "soak-scanner.sh");
        File.WriteAllText(Script, "sleep 0.05\nif grep -q EICAR-STANDARD \"$1\"; then echo bad Eicar-Test-Signature; fi\necho looked\n");
    }

    public string Script { get; }

    /// <summary>Its processes now; those that end just now are left out.</summary>
    public IReadOnlyList<int> Processes =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!))
            .Where(p => CommandLine(p).Contains(Script, StringComparison.Ordinal)),
    ];

    public override Task<bool> KillAsync(CancellationToken cancellationToken) => HarmAsync("KILL", cancellationToken);

    public override async Task<bool> HoldAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is not { } id)
        {
            return false;
        }

        await SignalAsync(id, "STOP", cancellationToken);
        await Task.Delay(time, cancellationToken);
        if (CommandLine(id).Contains(Script, StringComparison.Ordinal))
        {
            await SignalAsync(id, "CONT", cancellationToken); // The daemon has not killed it meanwhile.
        }

        return true;
    }

    public override void Dispose()
    {
        // Its processes are the daemon's.
    }

    private async Task<bool> HarmAsync(string signal, CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is not { } id)
        {
            return false;
        }

        await SignalAsync(id, signal, cancellationToken);
        return true;
    }

    /// <summary>One that runs; null where none does for ten seconds.</summary>
    private async Task<int?> NextAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromSeconds(10); waited += s_look)
        {
            if (Processes is { Count: > 0 } running)
            {
                return running[_random.Next(running.Count)];
            }

            await Task.Delay(s_look, cancellationToken);
        }

        return null;
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended.
        }
    }
}
