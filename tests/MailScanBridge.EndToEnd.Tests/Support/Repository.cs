namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>Where things stand in the source tree.</summary>
internal static class Repository
{
    /// <summary>The directory with MailScanBridge.sln, above the test's own.</summary>
    public static string Root { get; } = Find();

    public static string At(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "MailScanBridge.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"There is no MailScanBridge.sln above {AppContext.BaseDirectory}.");
    }
}
