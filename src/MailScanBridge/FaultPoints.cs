using System.Globalization;
using System.Runtime.InteropServices;

namespace MailScanBridge;

/// <summary>
/// Named places at which a test kills the daemon as <c>kill -9</c> would: no handler, no flush, no clean-up. Off unless
/// the environment variable <c>MAILSCAN_FAULT</c> names a point, as <c>point</c> or <c>point:N</c> (die at the Nth passing, from 1).
/// </summary>
public static partial class FaultPoints
{
    /// <summary>A request is decoded and its file is in the store; nothing is in the journal yet.</summary>
    public const string BeforeCommit = "before-commit";

    /// <summary>The journal's commit is on the disk; <c>accepted</c> is not sent yet.</summary>
    public const string AfterCommit = "after-commit";

    /// <summary>The attempt is counted and the file is unpacked; its scanners have not answered.</summary>
    public const string MidScan = "mid-scan";

    /// <summary>The verdict is in the journal, and not published yet.</summary>
    public const string BeforePublish = "before-publish";

    /// <summary>The acknowledgement is in the journal; the file is still in the store.</summary>
    public const string BeforeDelete = "before-delete";

    /// <summary>Every point, in the order of a request's journey.</summary>
    public static readonly IReadOnlyList<string> All = [BeforeCommit, AfterCommit, MidScan, BeforePublish, BeforeDelete];

    private static readonly (string? Point, int At) Armed = Parse(Environment.GetEnvironmentVariable("MAILSCAN_FAULT"));
    private static int _passed;

    /// <summary>Ends this process at once if this point is armed and its turn has come.</summary>
    public static void Pass(string point)
    {
        if (Armed.Point == point && Interlocked.Increment(ref _passed) == Armed.At)
        {
            _ = Kill(Environment.ProcessId, 9);
            Thread.Sleep(Timeout.Infinite); // The signal is on its way; nothing after this point may run.
        }
    }

    internal static (string? Point, int At) Parse(string? setting)
    {
        if (string.IsNullOrEmpty(setting))
        {
            return (null, 0);
        }

        var parts = setting.Split(':', 2);
        var at = 1;
        if (!All.Contains(parts[0]) || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out at)))
        {
            throw new InvalidOperationException(
                $"MAILSCAN_FAULT={setting}: expected one of {string.Join(", ", All)}, optionally followed by :N.");
        }

        return (parts[0], at);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
