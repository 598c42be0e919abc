namespace MailScanBridge;

/// <summary>The verdicts as they are written everywhere: on the wire, in logs, in configuration.</summary>
public static class Words
{
    public static string Of(VerdictKind kind) => kind switch
    {
        VerdictKind.Clean => "clean",
        VerdictKind.Unscanned => "unscanned",
        VerdictKind.Error => "error",
        VerdictKind.Suspicious => "suspicious",
        VerdictKind.Malicious => "malicious",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such verdict"),
    };
}
