using MailScanBridge.Intake;

namespace MailScanBridge.Daemon.Scan;

/// <summary>One thing that the command line asks about.</summary>
/// <param name="Path">As given, or below a directory that was given. <see cref="ScanTargets.StandardInput"/> is standard input.</param>
/// <param name="Problem">Why it cannot be scanned, known before it is opened; null where it may be.</param>
/// <param name="IsLink">True for a symbolic link inside a directory: it is named, and not followed.</param>
internal sealed record ScanTarget(string Path, string? Problem = null, bool IsLink = false);

/// <summary>
/// Turns arguments into files. A directory stands for everything below it, in order of names; links inside it are not
/// followed, so that nothing outside it is read. What is neither file nor directory is named as an error, and never opened.
/// </summary>
internal static class ScanTargets
{
    public const string StandardInput = "-";

    /// <summary>Lists them. Slow on large trees: nothing is opened, but every name is asked for.</summary>
    public static IEnumerable<ScanTarget> List(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var input = false;
        foreach (var argument in arguments)
        {
            if (argument == StandardInput)
            {
                yield return new ScanTarget(argument, input ? "standard input can be read only once" : null);
                input = true;
                continue;
            }

            foreach (var target in Below(new ScanTarget(argument), followLink: true, cancellationToken))
            {
                yield return target;
            }
        }
    }

    private static IEnumerable<ScanTarget> Below(ScanTarget start, bool followLink, CancellationToken cancellationToken)
    {
        var waiting = new Stack<ScanTarget>([start]);
        while (waiting.TryPop(out var target))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var kind = KindOf(target, followLink);
            followLink = false; // What the operator names may be a link; what is found may not.
            if (!kind.IsDirectory)
            {
                yield return kind.Target;
                continue;
            }

            string[] names;
            string? problem = null;
            try
            {
                names = Directory.GetFileSystemEntries(target.Path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                (names, problem) = ([], e.Message);
            }

            if (problem is not null)
            {
                yield return target with { Problem = problem };
            }

            foreach (var name in names.OrderDescending(StringComparer.Ordinal))
            {
                waiting.Push(new ScanTarget(name));
            }
        }
    }

    private static (ScanTarget Target, bool IsDirectory) KindOf(ScanTarget target, bool followLink)
    {
        var path = target.Path;
        try
        {
            var error = LibC.StatNoFollow(path, out var status);
            if (error == 0 && status.Type == "a symbolic link")
            {
                if (!followLink)
                {
                    return (target with { IsLink = true }, false);
                }

                path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
                error = LibC.StatNoFollow(path, out status);
            }

            if (error != 0)
            {
                return (target with { Problem = Sample.Describe(path, error) }, false);
            }

            return status.Type == "a directory" ? (target, true) : (status.IsRegular ? target : target with { Problem = $"is {status.Type}, not a file" }, false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (target with { Problem = e.Message }, false);
        }
    }
}
