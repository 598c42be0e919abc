using System.Text.Json;
using System.Text.RegularExpressions;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Documents;

/// <summary>docs/licences.md lists every package that ends up in the daemon or the event client, with its version, and nothing else.</summary>
public sealed partial class LicenceTests
{
    [Fact]
    public void Every_package_that_is_shipped_is_listed_with_its_licence()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "licences.md"));
        var listed = Row().Matches(page).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}").Order().ToList();

        var used = ((string[])["MailScanBridge.Daemon", "MailScanBridge.Zeek"]).SelectMany(Packages).Distinct().Order().ToList();

        Assert.NotEmpty(used);
        Assert.Equal(used, listed);
    }

    private static IEnumerable<string> Packages(string project)
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", project, "packages.lock.json")));
        var packages = locked.RootElement.GetProperty("dependencies").EnumerateObject().First().Value;
        return [.. packages.EnumerateObject()
            .Where(p => p.Value.GetProperty("type").GetString() != "Project" && !IsForTheBuild(p.Name))
            .Select(p => $"{p.Name} {p.Value.GetProperty("resolved").GetString()}")];
    }

    /// <summary>Analyzers: used by the compiler, and not shipped.</summary>
    private static bool IsForTheBuild(string name) => name.Contains("Analyzers", StringComparison.Ordinal);

    [GeneratedRegex(@"^\| ([\w.]+) \| (\d[\w.+-]*) \| [^|]+ \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
