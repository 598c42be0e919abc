using System.Diagnostics;
using Xunit;

namespace MailScanBridge.Tests.Support;

/// <summary>Waits for a condition with a deadline; never for a time.</summary>
internal static class Wait
{
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Ends with the test, or at the deadline.</summary>
    public static CancellationToken Token => CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken, new CancellationTokenSource(Deadline).Token).Token;

    public static async Task UntilAsync(Func<bool> condition, string what, TimeSpan? deadline = null)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < (deadline ?? Deadline), "in vain: waited for " + what);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
