using System.Text;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Retention;

public sealed class QuarantineTests : IDisposable
{
    private static readonly byte[] s_bad = "very bad"u8.ToArray();
    private QuarantineBench _bench = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public async Task A_kept_file_is_opened_by_7z_and_by_our_own_reader_and_only_with_the_password(int size)
    {
        var content = new byte[size];
        new Random(4711).NextBytes(content.AsSpan(0, size / 2));

        Assert.True(await _bench.KeepAsync(content));

        var zip = _bench.ZipOf(content);
        Assert.Equal(content, _bench.SevenZip(zip, "infected"));
        Assert.ThrowsAny<InvalidDataException>(() => _bench.SevenZip(zip, "wrong"));
        if (size > 0)
        {
            using var unpacked = Unpacked.From(File.ReadAllBytes(zip)); // Tries "infected" of itself.
            Assert.Equal(content, File.ReadAllBytes(unpacked.Parts.Single().Path));
            Assert.Equal(Make.Sha256(content), unpacked.Parts.Single().Name);
        }
    }

    [Fact]
    public async Task It_is_encrypted_with_AES_256_and_nothing_but_the_owner_may_read_it()
    {
        var content = "a very unusual text, and long enough to be found again"u8.ToArray();
        await _bench.KeepAsync(content);

        var zip = File.ReadAllBytes(_bench.ZipOf(content));
        Assert.Equal(-1, zip.AsSpan().IndexOf("unusual"u8));
        var extra = zip.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x01, 0x99, 0x07, 0x00]); // WinZip's extra field: AE-x, "AE", strength
        Assert.Equal((byte)3, zip[extra + 8]); // 256 bits
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_bench.Options.Path));
        Assert.All(Directory.GetFiles(_bench.Options.Path), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Theory]
    [InlineData(VerdictKind.Malicious, 2)]
    [InlineData(VerdictKind.Suspicious, 0)]
    [InlineData(VerdictKind.Error, 0)]
    [InlineData(VerdictKind.Unscanned, 0)]
    [InlineData(VerdictKind.Clean, 0)]
    public async Task Only_the_verdicts_asked_for_are_kept(VerdictKind kind, int files)
    {
        Assert.True(await _bench.KeepAsync(s_bad, verdict: Make.Verdict(kind)));

        Assert.Equal(files, _bench.Files.Count);
    }

    [Fact]
    public async Task The_note_beside_it_says_where_it_came_from()
    {
        await _bench.KeepAsync(s_bad);

        var entry = _bench.EntryOf(s_bad);
        Assert.Equal((Make.Sha256(s_bad), 8L, "text/plain", 1L), (entry.Sha256, entry.Size, entry.DetectedType, entry.OriginsTotal));
        Assert.Equal((_bench.Time.GetUtcNow(), _bench.Time.GetUtcNow()), (entry.FirstKept, entry.LastKept));
        var origin = Assert.Single(entry.Origins);
        Assert.Equal(("host/zeek", 7UL, 1UL, "C1", "F1", "F0"), (origin.Node, origin.Incarnation, origin.Seqno, origin.Uid, origin.Fuid, origin.ParentFuid));
        Assert.Equal(("a.txt", "a@example.org", "a subject", "192.0.2.1", "2001:db8::25"), (origin.Filename, origin.MailFrom, origin.Subject, origin.OrigH, origin.RespH));
        Assert.Equal(("malicious", "", "found", "A,B"), (origin.Verdict, origin.Reason, origin.Detail, string.Join(',', origin.Names)));
    }

    [Fact]
    public async Task The_same_content_is_kept_once_with_every_origin_up_to_the_limit()
    {
        _bench = new QuarantineBench(o => o with { MaxOrigins = 3 });
        await _bench.KeepAsync(s_bad, 1);
        var written = File.ReadAllBytes(_bench.ZipOf(s_bad));
        _bench.Time.Advance(TimeSpan.FromDays(1));
        await _bench.KeepAsync(s_bad, 2);
        await _bench.KeepAsync(s_bad, 2); // a crash came before the file left the store
        await _bench.KeepAsync(s_bad, 3);
        await _bench.KeepAsync(s_bad, 4);

        var entry = _bench.EntryOf(s_bad);
        Assert.Equal([1UL, 2UL, 3UL], entry.Origins.Select(o => o.Seqno));
        Assert.Equal((4L, TimeSpan.FromDays(1)), (entry.OriginsTotal, entry.LastKept - entry.FirstKept));
        Assert.Equal(2, _bench.Files.Count);
        Assert.Equal(written, File.ReadAllBytes(_bench.ZipOf(s_bad)));
        Assert.Equal((1, 4), (_bench.Count("mailscan.quarantine.kept True"), _bench.Count("mailscan.quarantine.kept False")));
    }

    [Fact]
    public async Task What_a_crash_left_half_done_is_cleared_at_the_start_and_what_is_whole_stays()
    {
        await _bench.KeepAsync(s_bad);
        var before = _bench.Files;
        var other = Make.Sha256("other"u8.ToArray());
        File.WriteAllText(Path.Combine(_bench.Options.Path, $"{Guid.NewGuid():n}.partial"), "half a zip");
        File.WriteAllText(Path.Combine(_bench.Options.Path, other + ".json"), "{}"); // the crash came before the zip got its name

        _bench.Restart();

        Assert.Equal(before, _bench.Files);
        Assert.Contains(_bench.Log.Lines, l => l.Contains("8003: Cleared 2 files", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"sha256\":\"other\"}")]
    [InlineData(null)]
    public async Task A_damaged_note_is_replaced_when_the_content_comes_again(string? note)
    {
        await _bench.KeepAsync(s_bad, 1);
        var json = Path.ChangeExtension(_bench.ZipOf(s_bad), ".json");
        File.Delete(json);
        if (note is not null)
        {
            File.WriteAllText(json, note);
        }

        Assert.True(await _bench.KeepAsync(s_bad, 2));

        Assert.Equal(2UL, Assert.Single(_bench.EntryOf(s_bad).Origins).Seqno);
        Assert.Equal(s_bad, _bench.SevenZip(_bench.ZipOf(s_bad), "infected"));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_stored_file_is_not_followed()
    {
        using var folder = new TemporaryFolder();
        var link = Path.Combine(folder.Path, "stored");
        File.CreateSymbolicLink(link, folder.Write("secret", s_bad));

        Assert.False(await _bench.Quarantine.KeepAsync(link, Make.Request(), Make.Verdict(), Wait.Token));

        Assert.Empty(_bench.Files);
        Assert.Equal(1, _bench.Count("mailscan.quarantine.failed"));
    }

    [Fact]
    public async Task A_file_that_left_the_store_already_was_kept_before() =>
        Assert.True(await _bench.Quarantine.KeepAsync("/nowhere/at/all", Make.Request(), Make.Verdict(), Wait.Token));

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Hostile_names_stand_in_the_note_escaped_and_name_no_file(byte[] name)
    {
        await _bench.KeepAsync(s_bad, change: r => r with
        {
            Filename = name,
            Node = Printable.Decode(name)!,
            Fuid = Printable.Decode(name)!,
            Uid = Printable.Decode(name),
            Mail = r.Mail! with { MailFrom = name, Subject = name },
        });

        Assert.Equal([Make.Sha256(s_bad) + ".json", Make.Sha256(s_bad) + ".zip"], _bench.Files);
        var json = File.ReadAllBytes(Path.ChangeExtension(_bench.ZipOf(s_bad), ".json"));
        Assert.All(json[..^1], b => Assert.InRange(b, (byte)0x20, (byte)0x7e));
        Assert.Equal((byte)'\n', json[^1]);
        var origin = _bench.EntryOf(s_bad).Origins.Single();
        Assert.Equal(Printable.Text(name, 500), origin.Filename);
        Assert.All([origin.Filename!, origin.MailFrom!, origin.Subject!, origin.Node, origin.Fuid, origin.Uid!], text =>
        {
            Assert.DoesNotContain(text, char.IsControl);
            Assert.InRange(text.Length, 0, 600);
        });
    }

    public static TheoryData<byte[]> HostileNames() =>
    [
        "a\0b"u8.ToArray(), new byte[] { 0xff, 0xfe, 0xc0, 0xaf }, Encoding.ASCII.GetBytes(new string('a', 64 * 1024)), "../../etc/passwd"u8.ToArray(), "$(reboot)"u8.ToArray(),
        "`id`;|&"u8.ToArray(), "\e]0;owned\a\e[2J"u8.ToArray(), "%s%n{0}"u8.ToArray(), "a\r\nb"u8.ToArray(), "\u202Egnp.exe"u8.ToArray(), "\"},{\"x\":1"u8.ToArray(),
    ];

    public void Dispose() => _bench.Dispose();
}
