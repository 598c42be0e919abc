using System.Globalization;

namespace MailScanBridge.Daemon.Scan;

/// <summary>
/// A bar in the last line of a terminal, taken away before anything else is printed. A library's live display cannot be used
/// here: results go to standard output meanwhile. Silent for the first second, and where the target is no terminal.
/// Used by one thread at a time.
/// </summary>
internal sealed class ProgressLine(TextWriter terminal, bool visible, int total, TimeProvider time)
{
    private const int Width = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _drawn = Patience - Pause;
    private bool _shown;

    /// <summary>Draws the bar, at most ten times a second.</summary>
    public void Show(int done)
    {
        var elapsed = time.GetElapsedTime(_started);
        if (!visible || total < 2 || elapsed < _drawn + Pause)
        {
            return;
        }

        _drawn = elapsed;
        var filled = Width * done / total;
        var left = done > 0 ? TimeSpan.FromSeconds(Math.Ceiling(elapsed.TotalSeconds / done * (total - done))) : TimeSpan.Zero;
        terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K[{new string('#', filled)}{new string('-', Width - filled)}] {done} of {total} files, {left:h\\:mm\\:ss} left"));
        terminal.Flush();
        _shown = true;
    }

    /// <summary>Takes the bar away.</summary>
    public void Clear()
    {
        if (_shown)
        {
            terminal.Write("\r\u001b[K");
            terminal.Flush();
            _shown = false;
        }
    }
}
