using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scan;

public sealed class ScanRunTests : IDisposable
{
    private static readonly byte[] s_clean = "nothing at all\n"u8.ToArray();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task All_clean_is_0()
    {
        var scanned = await Scanned.RunAsync(_folder.Write("a.txt", s_clean), _folder.Write("b.txt", s_clean));

        Assert.Equal(0, scanned.Exit);
        Assert.Equal([$"{_folder.Path}/a.txt: clean", $"{_folder.Path}/b.txt: clean"], scanned.Lines);
        Assert.StartsWith("2 files: 2 clean; 0.0 MiB in ", scanned.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_bad_is_1_even_beside_what_could_not_be_scanned()
    {
        var scanned = await Scanned.RunAsync(_folder.Write("e.com", Make.Eicar), Path.Combine(_folder.Path, "missing"));

        Assert.Equal(1, scanned.Exit);
        Assert.Equal(
            [$"{_folder.Path}/e.com: malicious, content: Eicar-Test-Signature in \"e.com\" (the EICAR test string)", $"{_folder.Path}/missing: error, custody: No such file or directory"],
            scanned.Lines);
        Assert.StartsWith("2 files: 1 malicious, 1 error;", scanned.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspicion_is_1() => Assert.Equal(1, (await Scanned.RunAsync(_folder.Write("invoice.pdf.exe", s_clean))).Exit);

    [Theory]
    [InlineData("missing", "No such file or directory")]
    [InlineData("fifo", "is a FIFO, not a file")]
    [InlineData("/dev/zero", "is a device, not a file")]
    public async Task What_cannot_be_read_is_2_and_says_why(string name, string why)
    {
        Posix.MakeFifo(Path.Combine(_folder.Path, "fifo"));
        var path = Path.Combine(_folder.Path, name);

        var scanned = await Scanned.RunAsync(path);

        Assert.Equal((2, $"{path}: error, custody: {why}"), (scanned.Exit, Assert.Single(scanned.Lines)));
    }

    [Fact]
    public async Task What_is_unscanned_is_2()
    {
        var scanned = await Scanned.RunAsync(_folder.Write("program", [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, .. new byte[100]]));

        Assert.Equal(2, scanned.Exit);
        Assert.Contains(": unscanned, no_scanner: ", Assert.Single(scanned.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_over_the_size_limit_is_2_and_names_the_limit()
    {
        var path = _folder.Write("a.txt", s_clean);

        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [path], MaxSize = s_clean.Length - 1 });

        Assert.Equal((2, $"{path}: unscanned, too_large: more than 14 bytes (--max-size)"), (scanned.Exit, Assert.Single(scanned.Lines)));
        Assert.Equal(0, (await Scanned.RunAsync(new ScanOptions { Targets = [path], MaxSize = s_clean.Length })).Exit);
    }

    [Fact]
    public async Task A_directory_stands_for_all_below_it_and_links_out_of_it_are_named_and_not_followed()
    {
        var outside = _folder.Write("eicar", Make.Eicar);
        var tree = Directory.CreateDirectory(Path.Combine(_folder.Path, "tree")).FullName;
        Directory.CreateDirectory(Path.Combine(tree, "b"));
        await File.WriteAllBytesAsync(Path.Combine(tree, "b", "c.txt"), s_clean, Wait.Token);
        await File.WriteAllBytesAsync(Path.Combine(tree, "a.txt"), s_clean, Wait.Token);
        File.CreateSymbolicLink(Path.Combine(tree, "d"), outside);
        File.CreateSymbolicLink(Path.Combine(tree, "e"), _folder.Path);

        var scanned = await Scanned.RunAsync(tree);

        Assert.Equal([$"{tree}/a.txt: clean", $"{tree}/b/c.txt: clean", $"{tree}/d: symbolic link, not followed", $"{tree}/e: symbolic link, not followed"], scanned.Lines);
        Assert.Equal(0, scanned.Exit);
        Assert.Contains("2 symbolic links not followed", scanned.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_the_operator_names_is_followed()
    {
        var link = Path.Combine(_folder.Path, "link");
        File.CreateSymbolicLink(link, _folder.Write("eicar", Make.Eicar));

        Assert.Equal(1, (await Scanned.RunAsync(link)).Exit);
    }

    [Fact]
    public async Task Hostile_names_cannot_move_the_cursor_or_forge_a_line()
    {
        var path = _folder.Write("a\u001b[2J\nb: clean\r\u202e", s_clean);

        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [_folder.Path], Explain = true });

        Assert.Contains($@"{_folder.Path}/a\x1b[2J\nb: clean\r\u{{202e}}: suspicious", scanned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(scanned.Output, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain('\u202e', scanned.Output);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Files_are_not_changed_and_nothing_is_left_behind()
    {
        var path = _folder.Write("e.com", Make.Eicar);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        var before = (File.GetLastWriteTimeUtc(path), Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(path, Wait.Token))));

        await Scanned.RunAsync(path);

        Assert.Equal(before, (File.GetLastWriteTimeUtc(path), Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(path, Wait.Token)))));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Json_is_one_object_a_line_with_the_fields_of_the_verdict_log()
    {
        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [_folder.Write("e\n.com", Make.Eicar), Path.Combine(_folder.Path, "missing")], Json = true, Explain = true });

        var lines = scanned.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(["malicious", "error"], lines.Select(l => l.GetProperty("verdict").GetString()));
        Assert.Equal([$@"{_folder.Path}/e\n.com", $"{_folder.Path}/missing"], lines.Select(l => l.GetProperty("filename").GetString()));
        Assert.Equal(Make.Sha256(Make.Eicar), lines[0].GetProperty("sha256").GetString());
        Assert.Equal("Eicar-Test-Signature", lines[0].GetProperty("names")[0].GetString());
        var step = lines[0].GetProperty("parts")[0].GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("scanner").GetString() == "content");
        Assert.True(step.GetProperty("ran").GetBoolean());
        Assert.Contains("2 files: 1 malicious, 1 error", scanned.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_files_come_out_in_their_order()
    {
        var paths = Enumerable.Range(0, 60).Select(i => _folder.Write($"{i:D2}.txt", Encoding.ASCII.GetBytes(new string('a', 1000 * (60 - i))))).ToArray();

        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = paths, Jobs = 4 });

        Assert.Equal(paths.Select(p => $"{p}: clean"), scanned.Lines);
    }

    [Fact]
    public async Task A_terminal_sees_a_bar_that_is_gone_at_the_end()
    {
        using var terminal = new StringWriter();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var progress = new ProgressLine(terminal, visible: true, total: 4, time);

        progress.Show(1);
        Assert.Empty(terminal.ToString());
        time.Advance(TimeSpan.FromSeconds(2));
        progress.Show(1);
        Assert.Equal("\r\u001b[K[#######-----------------------] 1 of 4 files, 0:00:06 left", terminal.ToString());
        progress.Show(2);
        progress.Clear();
        progress.Clear();
        Assert.EndsWith("left\r\u001b[K", terminal.ToString(), StringComparison.Ordinal);

        Assert.Empty((await Scanned.RunAsync(_folder.Write("a", s_clean))).Errors);
    }

    public void Dispose() => _folder.Dispose();
}
