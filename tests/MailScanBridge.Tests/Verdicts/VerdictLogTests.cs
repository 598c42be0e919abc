using System.Collections.Concurrent;
using System.Text.Json;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Verdicts;

public sealed class VerdictLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly LogRecorder _log = new();
    private readonly ConcurrentQueue<RequestKey> _marked = new();

    private string FilePath => Path.Combine(_folder.Path, "verdicts.json");

    [Fact]
    public async Task A_verdict_is_one_line_of_json_and_marked_once_it_is_there()
    {
        await using (var log = Open((key, _) =>
        {
            Assert.Contains("\"seqno\":1,", File.ReadAllText(FilePath), StringComparison.Ordinal);
            _marked.Enqueue(key);
            return Task.CompletedTask;
        }))
        {
            log.Append(Make.Request(1), Make.Verdict());
        }

        var line = Assert.Single(Lines());
        Assert.Equal("malicious", line.GetProperty("verdict").GetString());
        Assert.Equal("host/zeek", line.GetProperty("node").GetString());
        Assert.Equal(7UL, line.GetProperty("incarnation").GetUInt64());
        Assert.Equal(["A", "B"], line.GetProperty("names").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(0.0125, line.GetProperty("scan_time").GetDouble());
        Assert.Equal("a.txt", line.GetProperty("filename").GetString());
        Assert.Equal([Make.Request(1).RequestKey], _marked);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public async Task Hostile_names_stay_inside_their_line()
    {
        var request = Make.Request() with { Filename = "a\n{\"verdict\":\"clean\"}\n\u001b[2J\u202e"u8.ToArray(), Kind = "x\ny", Fuid = "\0" };
        await using (var log = Open())
        {
            log.Append(request with { Mail = request.Mail! with { Subject = [0xff, 0x0a, 0x22] } }, Make.Verdict());
        }

        Assert.Equal(1, File.ReadAllText(FilePath).Count(c => c == '\n'));
        var line = Assert.Single(Lines());
        Assert.Equal("a\\n{\"verdict\":\"clean\"}\\n\\x1b[2J\\u{202e}", line.GetProperty("filename").GetString());
        Assert.Equal("\\xff\\n\"", line.GetProperty("subject").GetString());
    }

    [Fact]
    public async Task What_was_written_before_a_crash_and_not_marked_is_found_again()
    {
        await using (var log = Open())
        {
            for (var seqno = 1UL; seqno <= 3; seqno++)
            {
                log.Append(Make.Request(seqno), Make.Verdict());
            }
        }

        var found = VerdictLog.FindLogged(FilePath, [First(2), First(3), First(4), (new RequestKey("other", 7, 2), 1)]);

        Assert.Equal([First(2), First(3)], found.OrderBy(k => k.Key.Seqno));
    }

    [Fact]
    public async Task Each_revision_has_a_line_of_its_own()
    {
        await using (var log = Open())
        {
            log.Append(Make.Request(1), Make.Verdict(VerdictKind.Unscanned));
            log.Append(Make.Request(1), Make.Verdict() with { Revision = 2 });
            log.Append(Make.Request(2), Make.Verdict());
        }

        Assert.Equal([1, 2, 1], Lines().Select(l => l.GetProperty("revision").GetInt32()));
        var (one, two) = (Make.Request(1).RequestKey, Make.Request(2).RequestKey);
        Assert.Equal([(one, 1), (one, 2)], VerdictLog.FindLogged(FilePath, [(one, 1), (one, 2), (two, 2)]).OrderBy(k => k.Revision));
    }

    [Fact]
    public void Without_a_file_nothing_was_logged() => Assert.Empty(VerdictLog.FindLogged(FilePath, [First(1)]));

    [Fact]
    public async Task A_line_that_was_rotated_away_is_found_too()
    {
        await using (var log = Open())
        {
            log.Append(Make.Request(1), Make.Verdict());
        }

        File.Move(FilePath, FilePath + ".1");
        File.WriteAllText(FilePath + ".2.gz", "compressed");
        Assert.Equal([First(1)], VerdictLog.FindLogged(FilePath, [First(1), First(2)]));
        await using (var log = Open())
        {
            log.Append(Make.Request(2), Make.Verdict());
        }

        Assert.Equal([First(1), First(2)], VerdictLog.FindLogged(FilePath, [First(1), First(2), First(3)]).OrderBy(k => k.Key.Seqno));
    }

    [Fact]
    public async Task A_line_torn_by_a_crash_is_ended_and_does_not_count()
    {
        await using (var log = Open())
        {
            log.Append(Make.Request(1), Make.Verdict());
            log.Append(Make.Request(2), Make.Verdict());
        }

        using (var file = File.OpenWrite(FilePath))
        {
            file.SetLength(file.Length - 20);
        }

        Assert.Equal([First(1)], VerdictLog.FindLogged(FilePath, [First(1), First(2)]));
        await using (var log = Open())
        {
            log.Append(Make.Request(2), Make.Verdict());
        }

        var lines = File.ReadAllLines(FilePath);
        Assert.Equal(3, lines.Length);
        Assert.Equal([1UL, 2UL], new[] { lines[0], lines[2] }.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("seqno").GetUInt64()));
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(lines[1]));
    }

    [Fact]
    public async Task All_of_the_longest_batch_is_found_again()
    {
        // As many lines as may be unmarked at a crash, each as long as a verdict gets.
        var verdict = Make.Verdict(detail: new string('d', 20_000));
        await using (var log = Open())
        {
            for (var seqno = 1UL; seqno <= 1024; seqno++)
            {
                log.Append(Make.Request(seqno), verdict);
            }
        }

        var keys = Enumerable.Range(1, 1024).Select(i => First((ulong)i)).ToList();

        Assert.Equal(1024, VerdictLog.FindLogged(FilePath, keys).Count);
    }

    [Fact]
    public async Task A_disk_that_refuses_a_line_spoils_no_other()
    {
        using var disk = new SmallDisk();
        var path = Path.Combine(disk.Path, "verdicts.json");
        await using var log = new VerdictLog(path, _time, Mark, _log);
        log.Append(Make.Request(1), Make.Verdict());
        await Wait.UntilAsync(() => _marked.Count == 1, "the first line");
        disk.Fill();
        for (var seqno = 2UL; seqno < 20; seqno++)
        {
            log.Append(Make.Request(seqno), Make.Verdict(detail: new string('d', 3000)));
        }

        await Wait.UntilAsync(() => _log.Lines.Any(l => l.Contains("6000", StringComparison.Ordinal)), "the disk's refusal to be logged");
        var refused = _marked.Count;
        disk.Empty();
        log.Append(Make.Request(20), Make.Verdict());
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1)); // it tries again each second
                return _marked.Count == 20;
            },
            "every line, those that were refused too");
        await log.DisposeAsync();

        Assert.InRange(refused, 1, 19);
        var lines = File.ReadAllLines(path).Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("seqno").GetUInt64()).ToList();
        Assert.Equal(lines.Distinct(), lines);
        Assert.Equal(_marked.Select(k => k.Seqno).Order(), lines.Order());
    }

    [Fact]
    public async Task A_log_that_is_rotated_away_goes_on_in_a_new_file()
    {
        await using var log = Open();
        log.Append(Make.Request(1), Make.Verdict());
        await Wait.UntilAsync(() => _marked.Count == 1, "the first line");

        File.Move(FilePath, FilePath + ".1");
        log.Append(Make.Request(2), Make.Verdict());
        await Wait.UntilAsync(() => _marked.Count == 2, "the second line");

        Assert.Single(File.ReadAllLines(FilePath + ".1"));
        Assert.Single(File.ReadAllLines(FilePath));
    }

    [Fact]
    public void A_log_that_cannot_be_opened_is_told_at_once()
    {
        var path = Directory.CreateDirectory(FilePath).FullName;

        Assert.ThrowsAny<UnauthorizedAccessException>(() => new VerdictLog(path, _time, Mark, _log));
    }

    public void Dispose() => _folder.Dispose();

    private static (RequestKey Key, int Revision) First(ulong seqno) => (Make.Request(seqno).RequestKey, 1);

    private VerdictLog Open(Func<RequestKey, int, Task>? mark = null) => new(FilePath, _time, mark ?? Mark, _log);

    private Task Mark(RequestKey key, int revision)
    {
        _marked.Enqueue(key);
        return Task.CompletedTask;
    }

    private List<JsonElement> Lines() => [.. File.ReadAllLines(FilePath).Select(l => JsonDocument.Parse(l).RootElement)];
}
