namespace MailScanBridge.Daemon.Configuration;

/// <summary>One thing wrong in a configuration file: where, what, and what is allowed.</summary>
internal sealed record ConfigError(string File, long Line, string Path, string Problem)
{
    public override string ToString() => $"{File}:{Line}: {(Path.Length > 0 ? $"{Path}: " : "")}{Problem}";
}

/// <summary>A configuration that cannot be used. All that is wrong is listed, not only the first.</summary>
internal sealed class ConfigException(IReadOnlyList<ConfigError> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<ConfigError> Errors { get; } = errors;
}
