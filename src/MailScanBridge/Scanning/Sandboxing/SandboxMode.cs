namespace MailScanBridge.Scanning.Sandboxing;

/// <summary>Whether a tool may run without a sandbox.</summary>
public enum SandboxMode
{
    /// <summary>The default: where this machine has no sandbox, the tool is refused.</summary>
    Required,

    /// <summary>In the sandbox where there is one, else without, but within its limits of memory, time and file size (prlimit, where that is there).</summary>
    IfAvailable,

    /// <summary>Never in the sandbox, and without its limits: for a tool that is trusted with hostile files.</summary>
    Off,
}
