using System.Globalization;

namespace MailScanBridge.Scanning.Sandboxing;

/// <summary>
/// The command line of one run in the sandbox: bubblewrap makes namespaces in which there is no network, no other process and
/// nothing but what is listed here, all of it read-only; setpriv (where the daemon is root) and prlimit set user and limits.
/// </summary>
internal sealed class SandboxArguments
{
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>What programs need to start. Not /etc as a whole, no home, no /var, no /run: other people's mail is none of a tool's business.</summary>
    private static readonly string[] s_system = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt"];

    private static readonly string[] s_etc = ["/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/etc/magic", "/etc/magic.mime", "/etc/perl"];

    /// <summary>First of the users that tools run as where the daemon is root: systemd's range for users that exist only for a while.
    /// Each run has its own, since Linux counts processes by user.</summary>
    private const int FirstUser = 61184;
    private const int Users = 4336;
    private static int s_run;

    private readonly List<string> _arguments = [];

    /// <param name="asRoot">The daemon is root: no user namespace, another user, the sample from standard input.</param>
    /// <param name="limits">What the tool may use.</param>
    /// <param name="timeout">The tool's wall-clock time.</param>
    /// <param name="environment">Environment variables beside PATH, HOME, LANG and TZ.</param>
    /// <param name="read">Absolute paths that the tool may read beside the system's.</param>
    /// <param name="sample">What is scanned; null for a run without.</param>
    /// <param name="command">Program and arguments.</param>
    public static IReadOnlyList<string> Make(
        bool asRoot, SandboxLimits limits, TimeSpan timeout, IReadOnlyDictionary<string, string> environment, IEnumerable<string> read, string? sample, IReadOnlyList<string> command)
    {
        var line = new SandboxArguments();
        line.Namespaces(asRoot, limits.Network);
        line.Environment(environment);
        line.View(limits, read);
        line.Sample(asRoot, sample);
        line.Add("--chdir", "/tmp", "--remount-ro", "/", "--");
        line.Limits(asRoot, limits, timeout);
        line._arguments.AddRange(command);
        return line._arguments;
    }

    /// <summary>
    /// The limits alone, for a machine without a sandbox: prlimit and its arguments, to be put before the command. Without that of
    /// processes, which Linux counts by user: here it is the daemon's, whose own threads count too.
    /// </summary>
    public static IReadOnlyList<string> LimitsAlone(SandboxLimits limits, TimeSpan timeout)
    {
        var line = new SandboxArguments();
        line.Limit(limits, timeout, null);
        return line._arguments;
    }

    private void Namespaces(bool asRoot, bool network)
    {
        Add("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try");
        if (!asRoot)
        {
            Add("--unshare-user-try");
        }

        if (!network)
        {
            Add("--unshare-net");
        }

        Add("--die-with-parent", "--new-session");
    }

    private void Environment(IReadOnlyDictionary<string, string> environment)
    {
        Add("--clearenv");
        foreach (var (name, value) in new Dictionary<string, string> { ["PATH"] = SearchPath, ["HOME"] = "/tmp", ["LANG"] = "C.UTF-8", ["TZ"] = "UTC" }.Concat(environment))
        {
            Add("--setenv", name, value);
        }
    }

    private void View(SandboxLimits limits, IEnumerable<string> read)
    {
        foreach (var path in s_system)
        {
            if (new DirectoryInfo(path).LinkTarget is { } target)
            {
                Add("--symlink", target, path);
            }
            else if (Directory.Exists(path))
            {
                Add("--ro-bind", path, path);
            }
        }

        // bubblewrap makes missing parents for itself alone; where the daemon is root, the tool is somebody else.
        Add("--perms", "0755", "--dir", "/etc");
        foreach (var path in s_etc)
        {
            Add("--ro-bind-try", path, path);
        }

        Add("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev");
        Add("--perms", "1777", "--size", Number(limits.MaxTemp), "--tmpfs", "/tmp");
        foreach (var path in read.Where(p => !s_system.Any(s => p.StartsWith(s + "/", StringComparison.Ordinal))).Distinct())
        {
            foreach (var parent in Parents(path))
            {
                Add("--perms", "0755", "--dir", parent);
            }

            Add("--ro-bind", path, path);
        }
    }

    private static IEnumerable<string> Parents(string path) => path.Select((c, i) => (c, i)).Where(p => p.c == '/' && p.i > 0).Select(p => path[..p.i]).Where(p => p != "/tmp");

    /// <summary>Another user cannot read what only root may, so that root's sample comes in as data; otherwise it is mounted, without a copy.</summary>
    private void Sample(bool asRoot, string? sample)
    {
        if (sample is not null && asRoot)
        {
            Add("--perms", "0444", "--ro-bind-data", "0", Sandbox.SamplePath);
        }
        else if (sample is not null)
        {
            Add("--ro-bind", sample, Sandbox.SamplePath);
        }
    }

    private void Limits(bool asRoot, SandboxLimits limits, TimeSpan timeout)
    {
        if (asRoot)
        {
            var user = Number(FirstUser + ((uint)Interlocked.Increment(ref s_run) % Users));
            Add("setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all");
        }

        Limit(limits, timeout, limits.MaxProcesses);
    }

    private void Limit(SandboxLimits limits, TimeSpan timeout, int? processes)
    {
        var cpu = (long)Math.Ceiling((limits.MaxCpu ?? timeout).TotalSeconds);
        Add("prlimit", $"--cpu={Number(cpu)}:{Number(cpu + 1)}", $"--fsize={Number(limits.MaxTemp)}", "--nofile=256", "--core=0");
        if (processes is { } most)
        {
            Add($"--nproc={Number(most)}");
        }

        if (limits.MaxMemory is { } memory)
        {
            Add($"--as={Number(memory)}");
        }

        Add("--");
    }

    private void Add(params ReadOnlySpan<string> arguments) => _arguments.AddRange(arguments);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
