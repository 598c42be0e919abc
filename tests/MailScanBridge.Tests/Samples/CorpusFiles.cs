using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>The collection of real and hostile files that MAILSCAN_CORPUS names, and the tables that are kept of it here.</summary>
internal static class CorpusFiles
{
    private const string Variable = "MAILSCAN_CORPUS";

    /// <summary>The collection's folder; a test is skipped where there is none.</summary>
    public static string Root
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipWhen(folder is null, $"{Variable} names no folder of files to try");
            return folder!;
        }
    }

    /// <summary>A file of the collection; the test is skipped where there is none.</summary>
    public static string Find(string path)
    {
        var file = Path.Combine(Root, path);
        Assert.True(File.Exists(file), $"{file} is not there: {Variable} names another collection");
        return file;
    }

    /// <summary>Rows of a table beside the tests, without its heading, by tabs.</summary>
    public static IReadOnlyList<string[]> Table(string name) =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "MailScanBridge.Tests", "Samples", "Corpus", name)).Skip(1).Select(l => l.Split('\t'))];
}
