namespace MailScanBridge;

/// <summary>
/// The named reasons for a verdict of <see cref="VerdictKind.Unscanned"/> or <see cref="VerdictKind.Error"/>, as they
/// travel to Zeek (docs/contract.md lists them with their meaning).
/// </summary>
public static class Reasons
{
    public const string Encrypted = "encrypted";
    public const string TooLarge = "too_large";
    public const string Limits = "limits";
    public const string Truncated = "truncated";
    public const string Damaged = "damaged";
    public const string Unsupported = "unsupported";
    public const string Timeout = "timeout";
    public const string ToolDown = "tool_down";
    public const string NoScanner = "no_scanner";
    public const string Overload = "overload";
    public const string NoBridge = "no_bridge";
    public const string Custody = "custody";
    public const string Policy = "policy";
    public const string GaveUp = "gave_up";
}
