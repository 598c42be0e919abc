namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>
/// Control groups of a test's own, below which a systemd makes those of its units, where the kernel's controllers of memory and processes are bound to the older
/// hierarchies (version 1). Nothing where they are not: there the namespaces are enough.
/// </summary>
internal sealed class OwnCgroups : IAsyncDisposable
{
    private static readonly string[] s_hierarchies = ["memory", "pids", "systemd"];
    private readonly string _name = $"mailscan-test-{Guid.NewGuid():n}";

    private OwnCgroups(bool areOlder) => AreOlder = areOlder;

    /// <summary>The controllers are bound to hierarchies of version 1, which are mounted.</summary>
    public bool AreOlder { get; }

    /// <summary>Runs a command in them.</summary>
    public string[] Prefix => AreOlder
        ? ["bash", "-ec", "for group in \"${@:1:3}\"; do echo $$ >\"$group/cgroup.procs\"; done; exec \"${@:4}\"", "bash", .. Directories]
        : [];

    private IEnumerable<string> Directories => s_hierarchies.Select(h => $"/sys/fs/cgroup/{h}/{_name}");

    public static OwnCgroups Make()
    {
        var isOlder = File.ReadLines("/proc/cgroups").Select(l => l.Split('\t')).Count(c => c[0] is "memory" or "pids" && c[1] != "0") == 2
            && s_hierarchies.All(h => Directory.Exists("/sys/fs/cgroup/" + h));
        var groups = new OwnCgroups(isOlder);
        if (isOlder)
        {
            groups.Directories.ToList().ForEach(d => Directory.CreateDirectory(d));
        }

        return groups;
    }

    public async ValueTask DisposeAsync()
    {
        if (AreOlder)
        {
            // The processes are killed; the kernel may not have put them away yet.
            await Eventually.TrueAsync(() => Directories.All(Remove), "the control groups are empty", CancellationToken.None);
        }
    }

    /// <summary>Removes a group and those below it, the lowest first; false where a process is still in one.</summary>
    private static bool Remove(string group)
    {
        try
        {
            if (Directory.Exists(group) && Directory.EnumerateDirectories(group).All(Remove))
            {
                Directory.Delete(group); // Its files are the kernel's, and go with it.
            }

            return !Directory.Exists(group);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
