using System.Reflection;
using System.Text.RegularExpressions;
using MailScanBridge.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace MailScanBridge.Tests;

/// <summary>A room sees only rooms upstream of it, and foreign types only where they belong (docs: the house).</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string s_source = Path.Combine(Repository.Root, "src", "MailScanBridge");
    private static readonly string[] s_rooms = ["Intake", "Queue", "Unpacking", "Routing", "Scanning", "Verdicts", "Replies", "Retention"];

    // The journal stores verdicts, the only record that travels against the stream.
    private static readonly (string Room, string Sees)[] s_exceptions = [("Queue", "Verdicts")];

    [Fact]
    public void A_room_sees_only_rooms_upstream_of_it()
    {
        var seen = s_rooms.SelectMany(room => Usings(room).Select(u => (Room: room, Sees: u.Split('.').ElementAtOrDefault(1) ?? "")))
            .Where(u => s_rooms.Contains(u.Sees) && u.Room != u.Sees).Distinct().ToList();

        Assert.Contains(("Scanning", "Routing"), seen);
        Assert.Equal(s_exceptions.Order(), seen.Where(u => Array.IndexOf(s_rooms, u.Sees) > Array.IndexOf(s_rooms, u.Room)).Order());
    }

    [Theory]
    [InlineData("MailScanBridge.Zeek", "Intake", "Replies")]
    [InlineData("CliWrap", "Scanning")]
    [InlineData("Polly", "Scanning")]
    [InlineData("Newtonsoft.Json", "Scanning")]
    [InlineData("MimeKit", "Unpacking")]
    [InlineData("SharpCompress", "Unpacking")]
    [InlineData("ICSharpCode.SharpZipLib", "Retention")]
    [InlineData("MessagePack", "Intake", "Queue", "Verdicts")]
    public void Foreign_types_stay_in_their_rooms(string name, params string[] allowed)
    {
        var rooms = s_rooms.Where(room => Usings(room).Any(u => u == name || u.StartsWith(name + ".", StringComparison.Ordinal))).ToList();

        Assert.NotEmpty(rooms);
        Assert.Empty(rooms.Except(allowed));
    }

    [Fact]
    public void Nothing_in_the_library_knows_the_daemon() => Assert.DoesNotContain(Usings(""), u => u.StartsWith("MailScanBridge.Daemon", StringComparison.Ordinal));

    [Theory]
    [InlineData(typeof(ScanPipeline))]
    [InlineData(typeof(Daemon.Hosting.Bridge))]
    public void Each_log_line_has_an_id_of_its_own(Type ofAssembly)
    {
        var ids = ofAssembly.Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>().ToList();

        Assert.True(ids.Count >= 10);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    private static IEnumerable<string> Usings(string room) => Directory.EnumerateFiles(Path.Combine(s_source, room), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
        .SelectMany(f => Using().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value));

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
