using MailScanBridge.Scanning.Commands;

namespace MailScanBridge.Scanning.Yara;

/// <summary>YARA rules, and how the yara command is run over them.</summary>
public sealed record YaraOptions
{
    /// <summary>Rule files, and directories whose <c>*.yar</c> and <c>*.yara</c> files are taken. Absolute paths. Source only: compiled rules are code.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>The run over one item: <c>{rules}</c> stands for the compiled rules.</summary>
    public required CommandOptions Command { get; init; }

    /// <summary>Time between two looks whether a rule file changed, default 30 s.</summary>
    public TimeSpan Reload { get; init; } = TimeSpan.FromSeconds(30);
}
