using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Soak;

/// <summary>The hub as a process of its own, as Zeek's proxy is one to a daemon that hosts none.</summary>
internal sealed class SoakHub(string directory, string xpub, string xsub)
    : SoakProcess("hub", directory, Ourselves(Command, xpub, xsub), new Dictionary<string, string>())
{
    /// <summary>The command, not shown in the help, by which this program is started as such a hub.</summary>
    public const string Command = "soak-hub";

    /// <summary>In that process: the hub alone, until cancelled.</summary>
    public static async Task RunAsync(string xpub, string xsub, CancellationToken cancellationToken)
    {
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = xpub, XSub = xsub });
        hub.Start();
        await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
