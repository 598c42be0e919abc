namespace MailScanBridge.Tests.Support;

/// <summary>What a machine may lack. A skip says what; with MAILSCAN_REQUIRE_SCANNERS=1 it is a failure.</summary>
internal static class Require
{
    /// <summary>The path of a program, in PATH or the usual places.</summary>
    public static string Program(string name, string package)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/bin", "/usr/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
        if (found is null)
        {
            That(false, $"{name} is not on this machine (Debian package {package})");
        }

        return found!;
    }

    /// <summary>Something that this machine may not allow.</summary>
    public static void That(bool condition, string missing)
    {
        if (!condition)
        {
            Xunit.Assert.False(Environment.GetEnvironmentVariable("MAILSCAN_REQUIRE_SCANNERS") == "1", missing);
            Xunit.Assert.Skip(missing);
        }
    }
}
