using MailScanBridge.Scanning.Sandboxing;

namespace MailScanBridge.Tests.Support;

/// <summary>The sandbox of this machine, tried once.</summary>
internal static class Sandboxes
{
    private static readonly Lazy<Sandbox> s_here = new(() => Sandbox.FindAsync(CancellationToken.None).GetAwaiter().GetResult());

    /// <summary>A test that needs it is skipped where there is none.</summary>
    public static Sandbox Here
    {
        get
        {
            Require.Program("bwrap", "bubblewrap");
            Require.That(s_here.Value.Unavailable is null, $"this machine allows no sandbox: {s_here.Value.Unavailable}");
            return s_here.Value;
        }
    }
}
