using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>Finds and runs a real Zeek: ZEEK_ROOT/bin/zeek, PATH, /opt/zeek. Without one a test is skipped, or fails where MAILSCAN_REQUIRE_ZEEK is 1.</summary>
internal static class ZeekProgram
{
    public static string Find()
    {
        var candidates = new[] { Environment.GetEnvironmentVariable("ZEEK_ROOT") is { Length: > 0 } root ? Path.Combine(root, "bin") : null }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .Append("/opt/zeek/bin")
            .Where(directory => !string.IsNullOrEmpty(directory))
            .Select(directory => Path.Combine(directory!, "zeek"));
        var found = candidates.FirstOrDefault(File.Exists);
        if (found is null && Environment.GetEnvironmentVariable("MAILSCAN_REQUIRE_ZEEK") == "1")
            Assert.Fail("MAILSCAN_REQUIRE_ZEEK is 1, but there is no zeek in ZEEK_ROOT, PATH or /opt/zeek.");
        Assert.SkipWhen(found is null, "There is no zeek in ZEEK_ROOT, PATH or /opt/zeek.");
        return found!;
    }

    /// <summary>Runs Zeek on a script with its ZeroMQ backend, as a node of a hub that is there already.</summary>
    public static RunningProgram Node(string script, string xPub, string xSub, string directory, params IEnumerable<string> more) =>
        Start(script, directory, "Cluster::Backend::ZeroMQ::run_proxy_thread=F", xPub, xSub, more);

    public static RunningProgram Start(string script, string directory, string proxy, string xPub, string xSub, params IEnumerable<string> more) => new(
        Find(),
        [
            .. more, script, proxy,
            $"Cluster::Backend::ZeroMQ::connect_xsub_endpoint={xPub}",
            $"Cluster::Backend::ZeroMQ::connect_xpub_endpoint={xSub}",
            "Log::enable_remote_logging=F", "exit_only_after_terminate=T",
        ],
        directory);
}
