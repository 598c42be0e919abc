using System.Diagnostics;

namespace MailScanBridge.Tests.Support;

/// <summary>Processes of this machine by a word in their command line: those in a sandbox too, which have other numbers inside.</summary>
internal static class Processes
{
    /// <summary>How many are up, the sandbox's own left out.</summary>
    public static int With(string marker) => Find(marker).Count(p => p.Program != "bwrap");

    public static void Kill(string marker) => Kill(Find(marker).Where(p => p.Program != "bwrap"));

    /// <summary>Kills the outermost process of a sandbox, and it alone.</summary>
    public static void KillSandbox(string marker) => Kill(Find(marker).Where(p => p.Program == "bwrap").OrderBy(p => p.Id).Take(1));

    /// <summary>Children of this process that nobody has waited for.</summary>
    public static int Zombies() => Status().Count(s => s.Contains($"PPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal) && s.Contains("State:\tZ", StringComparison.Ordinal));

    private static List<(int Id, string Program)> Find(string marker) =>
    [
        .. All().Select(d => (Directory: d, Line: Read(Path.Combine(d, "cmdline"))))
            .Where(p => p.Line.Contains(marker, StringComparison.Ordinal))
            .Select(p => (int.Parse(Path.GetFileName(p.Directory)), Read(Path.Combine(p.Directory, "comm")).Trim()))
            .Where(p => p.Item2 is not ("" or "setpriv" or "prlimit")),
    ];

    private static void Kill(IEnumerable<(int Id, string Program)> processes)
    {
        foreach (var (id, _) in processes)
        {
            Process.GetProcessById(id).Kill();
        }
    }

    private static IEnumerable<string> Status() => All().Select(d => Read(Path.Combine(d, "status")));

    private static IEnumerable<string> All() => Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _));

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It ended in between.
        }
    }
}
