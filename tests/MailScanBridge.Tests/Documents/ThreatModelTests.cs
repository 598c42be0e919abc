using System.Text.RegularExpressions;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Documents;

/// <summary>docs/threat-model.md names a test for each boundary; each is there.</summary>
public sealed partial class ThreatModelTests
{
    [Fact]
    public void Every_test_that_the_threat_model_names_is_there()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "threat-model.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var btests = Path.Combine(Repository.Root, "zeek-scripts", "testing", "tests");

        Assert.True(rows.Count >= 15);
        foreach (var row in rows)
        {
            var named = Quoted().Matches(row.Split('|')[^2]).Select(m => m.Groups[1].Value).ToList();
            Assert.NotEmpty(named);
            foreach (var name in named)
            {
                var isThere = name switch
                {
                    _ when name.EndsWith("/*", StringComparison.Ordinal) => Directory.Exists(Path.Combine(btests, name[..^2])),
                    _ when name.StartsWith("tests/", StringComparison.Ordinal) => Directory.Exists(Path.Combine(Repository.Root, name)),
                    _ when name.Contains('/', StringComparison.Ordinal) => File.Exists(Path.Combine(btests, name + ".zeek")),
                    _ => tests.Contains(name),
                };
                Assert.True(isThere, $"docs/threat-model.md names {name}, which is not there: {row}");
            }
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
