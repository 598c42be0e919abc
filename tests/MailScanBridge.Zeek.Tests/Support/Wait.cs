using System.Diagnostics;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Waits for a condition with a deadline; never for a time.</summary>
internal static class Wait
{
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(60);

    public static CancellationToken Token => CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken, new CancellationTokenSource(Deadline).Token).Token;

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < Deadline, "in vain: waited for " + what);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<ZeekMessage> NextAsync(ZeekClient client)
    {
        await foreach (var message in client.ReadAllAsync(Token))
            return message;
        throw new InvalidOperationException("The client ended without an event.");
    }

    public static async Task<List<ZeekMessage>> TakeAsync(ZeekClient client, int count)
    {
        var messages = new List<ZeekMessage>();
        if (count == 0)
            return messages;
        await foreach (var message in client.ReadAllAsync(Token))
        {
            messages.Add(message);
            if (messages.Count == count)
                break;
        }

        return messages;
    }
}
