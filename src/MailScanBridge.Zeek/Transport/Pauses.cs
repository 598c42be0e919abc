namespace MailScanBridge.Zeek.Transport;

/// <summary>How long to wait before another attempt to connect.</summary>
internal static class Pauses
{
    /// <summary>The first pause, doubled with each failure up to the longest.</summary>
    public static TimeSpan Of(ZeekClientOptions options, int failures)
    {
        var doubled = options.Reconnect.Ticks * Math.Pow(2, Math.Min(failures, 60));
        return doubled < options.ReconnectMax.Ticks ? TimeSpan.FromTicks((long)doubled) : options.ReconnectMax;
    }
}
