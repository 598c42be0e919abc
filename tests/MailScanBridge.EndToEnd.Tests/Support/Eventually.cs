using System.Diagnostics;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>Waits for a condition with a deadline; never for a time.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what, CancellationToken cancellationToken, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
            {
                throw new TimeoutException($"Within {seconds} s it did not become true that {what}.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }
}
