using System.Globalization;

namespace MailScanBridge.Daemon.Soak;

/// <summary>What a process used at a moment.</summary>
/// <param name="Seconds">Since the first look.</param>
/// <param name="Rss">Resident memory in bytes.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="Processes">Those that it started and that are still there.</param>
internal sealed record Usage(double Seconds, double Rss, double Handles, double Threads, double Processes);

/// <summary>Reads what a process uses from <c>/proc</c>, and how that grows.</summary>
internal static class ProcessWatch
{
    /// <summary>Null where the process has ended.</summary>
    public static Usage? Read(int pid, double seconds)
    {
        try
        {
            var status = File.ReadLines($"/proc/{pid}/status").Select(l => l.Split(':', 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1].Trim());
            if (!status.TryGetValue("VmRSS", out var rss))
            {
                return null; // It ends just now.
            }

            return new Usage(
                seconds,
                1024 * double.Parse(rss.Split(' ')[0], CultureInfo.InvariantCulture),
                Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count(),
                double.Parse(status["Threads"], CultureInfo.InvariantCulture),
                ChildrenOf(pid).Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Growth in units a minute: the slope of the straight line nearest to the points (least squares). 0 for fewer than three.</summary>
    public static double SlopePerMinute(IReadOnlyList<Usage> samples, Func<Usage, double> of)
    {
        if (samples.Count < 3)
        {
            return 0;
        }

        var (meanTime, meanValue) = (samples.Average(s => s.Seconds), samples.Average(of));
        var spread = samples.Sum(s => (s.Seconds - meanTime) * (s.Seconds - meanTime));
        return spread == 0 ? 0 : 60 * samples.Sum(s => (s.Seconds - meanTime) * (of(s) - meanValue)) / spread;
    }

    /// <summary>The processes that a process has started and that are still there, those too that it has not waited for.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    public static IReadOnlyList<int> ChildrenOf(int pid) => [.. Directory.EnumerateDirectories($"/proc/{pid}/task").SelectMany(Children)];

    private static IEnumerable<int> Children(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return []; // The thread has ended.
        }
    }
}
