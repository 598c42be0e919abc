using System.Collections.Concurrent;
using System.Globalization;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>
/// A systemd of the test's own, process 1 of namespaces of its own (processes, mounts, cgroup, IPC, host name; not the network), which runs the daemon's
/// unit as it stands in packaging/. Nothing outside is changed: /run, /opt, /tmp, /var/lib and /var/spool are file systems in memory there, and /etc a
/// copy. Where there is no systemd, or this machine does not allow it, the test is skipped.
/// </summary>
internal sealed class SystemdNamespace : IAsyncDisposable
{
    private const string Init = """
        set -e
        mount -t tmpfs -o mode=755 tmpfs /run
        mkdir /run/etc /run/units /run/out
        mount --bind "$1/out" /run/out
        cp -a /etc/. /run/etc/
        grep -q ^mailscan: /run/etc/passwd || { echo 'mailscan:x:999:999::/:/usr/sbin/nologin' >>/run/etc/passwd; echo 'mailscan:x:999:' >>/run/etc/group; }
        mkdir -p /run/etc/mailscan-bridge
        cp "$1/mailscan.yaml" /run/etc/mailscan-bridge/
        cp -a "$1/units/." /run/units/
        mount --bind /run/etc /etc
        mount -t tmpfs -o mode=755 tmpfs /opt
        mkdir /opt/mailscan-bridge /opt/dotnet
        mount --bind "$2" /opt/mailscan-bridge
        mount --bind "$3" /opt/dotnet
        mount -t tmpfs -o mode=755 tmpfs /var/lib
        mount -t tmpfs -o mode=755 tmpfs /var/spool
        mkdir /var/spool/mailscan-bridge
        mount --bind "$1/spool" /var/spool/mailscan-bridge
        mount -t tmpfs -o mode=1777 tmpfs /var/tmp
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        umount -l /sys/fs/cgroup
        if test -n "$4"; then
            mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
            mkdir /sys/fs/cgroup/memory /sys/fs/cgroup/pids /sys/fs/cgroup/systemd
            mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory
            mount -t cgroup -o pids cgroup /sys/fs/cgroup/pids
            mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
        else
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
        fi
        echo ready >/run/out/ready
        export SYSTEMD_UNIT_PATH=/run/units container=other
        exec /usr/lib/systemd/systemd --system --unit=multi-user.target --log-level=info --log-target=console --show-status=0
        """;

    private readonly string _directory;
    private readonly ChildProcess _process;
    private readonly OwnCgroups _cgroups;

    private readonly FreePorts _hub;

    private SystemdNamespace(string directory, ChildProcess process, OwnCgroups cgroups, FreePorts hub)
    {
        _hub = hub;
        _directory = directory;
        _process = process;
        _cgroups = cgroups;
    }

    /// <summary>What the daemon has printed.</summary>
    public string Output => Read("daemon.log");

    /// <summary>What it uses as its spool; everybody may write there.</summary>
    public string Spool => Path.Combine(_directory, "spool");

    public Task WaitUntilRunningAsync(CancellationToken cancellationToken) =>
        Eventually.TrueAsync(() => Output.Contains("hosted here", StringComparison.Ordinal), "the unit's daemon runs", cancellationToken);

    /// <summary>Asks the unit's daemon about files, and gives a row for each.</summary>
    public async Task<IReadOnlyCollection<SensorRow>> AskAsync(IEnumerable<SensorFile> files, CancellationToken cancellationToken)
    {
        var rows = new ConcurrentQueue<SensorRow>();
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = _hub.First, HubXSub = _hub.Second, NodeName = "stand-in" });
        var sensor = new StandInSensor(new StandInOptions { Spool = Spool, DaemonSpool = "/var/spool/mailscan-bridge", Bridge = "unit", StartWait = TimeSpan.FromSeconds(60) }, client, TimeProvider.System);
        await sensor.RunAsync(files, rows.Enqueue, cancellationToken);
        return rows;
    }

    /// <summary>Starts it.</summary>
    /// <param name="directory">Empty; for what goes in and comes out.</param>
    /// <param name="config">The daemon's configuration.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="more">Further lines of the unit's section Service.</param>
    public static async Task<SystemdNamespace> RequireAsync(string directory, string config, CancellationToken cancellationToken, string more = "")
    {
        Require.Program("bwrap", "bubblewrap");
        var hub = FreePorts.Find(); // Instead of those that the unit names, which others of this machine may use.
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a systemd of the test's own needs root");
        Require.That(File.Exists("/usr/lib/systemd/systemd"), "systemd is not on this machine (Debian package systemd)");
        Assert.SkipUnless(File.ReadAllText("/proc/filesystems").Contains("cgroup2", StringComparison.Ordinal), "this kernel has no cgroup2");
        var dotnet = Path.GetDirectoryName(new FileInfo("/usr/bin/dotnet").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Environment.ProcessPath!)!;
        dotnet = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? root : dotnet;
        Write(directory, "mailscan.yaml", config);
        Write(directory, "init.sh", Init);
        foreach (var target in (string[])["sysinit", "basic", "network", "shutdown", "umount", "final"])
        {
            Write(directory, $"units/{target}.target", "[Unit]\nDefaultDependencies=no\n");
        }

        Write(directory, "units/multi-user.target", "[Unit]\nDefaultDependencies=no\nWants=mailscan-bridge.service\n");
        Write(directory, "units/mailscan-bridge.service", await File.ReadAllTextAsync(Repository.At("packaging", "mailscan-bridge.service"), cancellationToken));
        Write(directory, "units/mailscan-bridge.service.d/test.conf", $"""
            [Service]
            Environment=DOTNET_ROOT=/opt/dotnet MAILSCAN_BRIDGE=unit MAILSCAN_HUB_XPUB={hub.First} MAILSCAN_HUB_XSUB={hub.Second}
            SocketBindAllow=tcp:{Port(hub.First)}
            SocketBindAllow=tcp:{Port(hub.Second)}
            StandardOutput=append:/run/out/daemon.log
            StandardError=append:/run/out/daemon.log
            {more}

            """);
        Directory.CreateDirectory(Path.Combine(directory, "out"));
        var spool = Directory.CreateDirectory(Path.Combine(directory, "spool")).FullName;
        File.SetUnixFileMode(spool, (UnixFileMode)0x1ff);
        var cgroups = OwnCgroups.Make();
        var process = new ChildProcess(
            [.. cgroups.Prefix, "unshare", "--fork", "--kill-child", "--pid", "--mount", "--propagation", "private", "--mount-proc", "--cgroup", "--ipc", "--uts", "bash", Path.Combine(directory, "init.sh"), directory, AppContext.BaseDirectory.TrimEnd('/'), dotnet, cgroups.AreOlder ? "older" : ""]);
        var systemd = new SystemdNamespace(directory, process, cgroups, hub);
        await Eventually.TrueAsync(() => process.HasExited || systemd.Read("ready").Length > 0, "systemd is started", cancellationToken);
        if (systemd.Read("ready").Length == 0)
        {
            await systemd.DisposeAsync();
            Assert.Skip($"this machine allows no systemd in namespaces of its own: {process.Output}");
        }

        return systemd;
    }

    /// <summary>The daemon as the machine sees it: the lines of its <c>/proc/.../status</c>; null where it does not run.</summary>
    public static IReadOnlyDictionary<string, string>? Status() =>
        OfDaemon("status")?.Select(l => l.Split(':', 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1].Trim());

    /// <summary>The directory of the daemon's control group with a controller, <c>memory</c> or <c>pids</c>; null where the unit's limits are not in force there.</summary>
    public static string? Cgroup(string controller)
    {
        var groups = (OfDaemon("cgroup") ?? []).Select(l => l.Split(':', 3)).ToList();
        var path = groups.FirstOrDefault(g => g[1].Split(',').Contains(controller)) is { } older
            ? $"/sys/fs/cgroup/{controller}{older[2]}"
            : groups.Where(g => g[0] == "0").Select(g => "/sys/fs/cgroup" + g[2]).FirstOrDefault(d => File.Exists(Path.Combine(d, controller + ".max")));
        return path is not null && path.Contains("mailscan-bridge.service", StringComparison.Ordinal) ? path : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _cgroups.DisposeAsync();
    }

    private static string[]? OfDaemon(string file)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")) == "/opt/mailscan-bridge/mailscan-bridge\0run\0")
                {
                    return File.ReadAllLines(Path.Combine(process, file));
                }
            }
            catch (IOException)
            {
                // That one has ended.
            }
        }

        return null;
    }

    private static string Port(string endpoint) => new Uri(endpoint).Port.ToString(CultureInfo.InvariantCulture);

    private static void Write(string directory, string name, string text)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private string Read(string name)
    {
        var path = Path.Combine(_directory, "out", name);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }
}
