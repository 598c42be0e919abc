using System.CommandLine;
using System.Text.Json;
using MailScanBridge.Daemon.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Commands;

/// <summary><c>mailscan-bridge quarantine</c>, as somebody types it, over a state directory named by a configuration file.</summary>
public sealed class QuarantineCommandTests : IDisposable
{
    private static readonly byte[] s_bad = "very bad"u8.ToArray();
    private readonly TemporaryFolder _state = new();
    private readonly TemporaryFolder _to = new();
    private readonly QuarantineBench _bench;
    private readonly string _config;

    public QuarantineCommandTests()
    {
        _bench = new QuarantineBench(directory: Path.Combine(_state.Path, "quarantine"));
        _config = _to.Write("mailscan.yaml", System.Text.Encoding.UTF8.GetBytes($"state: {_state.Path}\n"));
    }

    private string Audit => Path.Combine(_state.Path, "audit.json");

    [Fact]
    public async Task The_list_shows_hostile_names_safely_and_all_of_it_as_json()
    {
        await _bench.KeepAsync(s_bad, change: r => r with { Filename = "\e]0;owned\a\0../$(id)\n"u8.ToArray() });

        var (exit, text) = await RunAsync("list");
        Assert.Equal(0, exit);
        Assert.Contains(Make.Sha256(s_bad), text, StringComparison.Ordinal);
        Assert.Contains(@"\x1b]0;owned\x07\x00../$(id)\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Replace("\n", "", StringComparison.Ordinal), char.IsControl);
        Assert.Equal(2, text.TrimEnd().Split('\n').Length);

        (_, text) = await RunAsync("list", "--json");
        Assert.Equal(Make.Sha256(s_bad), JsonDocument.Parse(text).RootElement.GetProperty("sha256").GetString());
        Assert.Equal(2, AuditActions().Count(a => a == "quarantine.list"));
    }

    [Fact]
    public async Task A_note_that_somebody_has_damaged_is_told_and_not_printed_raw()
    {
        await _bench.KeepAsync(s_bad);
        var json = Path.ChangeExtension(_bench.ZipOf(s_bad), ".json");
        await File.WriteAllTextAsync(json, (await File.ReadAllTextAsync(json, Wait.Token)).Replace("a.txt", @"\u001b[2J", StringComparison.Ordinal), Wait.Token);

        var (exit, text) = await RunAsync("list");
        Assert.Equal(0, exit);
        Assert.Contains(@"\x1b[2J", text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(json, "\e[2J", Wait.Token);
        (exit, text) = await RunAsync("list");
        Assert.Equal(1, exit);
        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public async Task A_file_is_restored_under_its_hash_for_its_owner_alone_and_never_overwrites()
    {
        await _bench.KeepAsync(s_bad);
        var target = Path.Combine(_to.Path, Make.Sha256(s_bad));

        Assert.Equal(0, (await RunAsync("restore", Make.Sha256(s_bad).ToUpperInvariant(), "--to", _to.Path)).Exit);
        Assert.Equal(s_bad, await File.ReadAllBytesAsync(target, Wait.Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));

        await File.WriteAllTextAsync(target, "mine", Wait.Token);
        await Assert.ThrowsAsync<QuarantineException>(() => RunAsync("restore", Make.Sha256(s_bad), "--to", _to.Path));
        Assert.Equal("mine", await File.ReadAllTextAsync(target, Wait.Token));

        File.Delete(target);
        File.CreateSymbolicLink(target, Path.Combine(_to.Path, "elsewhere"));
        await Assert.ThrowsAsync<QuarantineException>(() => RunAsync("restore", Make.Sha256(s_bad), "--to", _to.Path));
        Assert.False(File.Exists(Path.Combine(_to.Path, "elsewhere")));
        Assert.Equal(["quarantine.restore", "quarantine.restore", "quarantine.restore_failed", "quarantine.restore", "quarantine.restore_failed"], AuditActions());
    }

    [Fact]
    public async Task With_the_wrong_password_or_a_damaged_zip_nothing_is_left_in_the_directory()
    {
        await _bench.KeepAsync(s_bad);
        var target = Path.Combine(_to.Path, Make.Sha256(s_bad));
        await Assert.ThrowsAsync<QuarantineException>(() => RunAsync("restore", Make.Sha256(s_bad), "--to", _to.Path, "--password", "wrong"));
        Assert.False(File.Exists(target));

        await File.WriteAllTextAsync(_bench.ZipOf(s_bad), "no zip", Wait.Token);
        await Assert.ThrowsAsync<QuarantineException>(() => RunAsync("restore", Make.Sha256(s_bad), "--to", _to.Path));
        Assert.False(File.Exists(target));
    }

    [Fact]
    public async Task Files_are_deleted_by_hash_or_by_age_each_with_a_line_that_says_who()
    {
        _bench.Time.SetUtcNow(DateTimeOffset.UtcNow.AddDays(-40));
        await _bench.KeepAsync(s_bad, 1);
        _bench.Time.SetUtcNow(DateTimeOffset.UtcNow);
        await _bench.KeepAsync("new"u8.ToArray(), 2);
        await _bench.KeepAsync("newer"u8.ToArray(), 3);

        Assert.Equal(0, (await RunAsync("delete", "--older-than", "30d")).Exit);
        Assert.Equal(0, (await RunAsync("delete", Make.Sha256("new"u8.ToArray()))).Exit);

        Assert.Equal([Make.Sha256("newer"u8.ToArray()) + ".json", Make.Sha256("newer"u8.ToArray()) + ".zip"], _bench.Files);
        Assert.Equal(["quarantine.delete", "quarantine.delete"], AuditActions());
        using var line = JsonDocument.Parse(File.ReadAllLines(Audit)[0]);
        Assert.Equal(("command", MailScanBridge.Intake.LibC.EffectiveUser), (line.RootElement.GetProperty("by").GetString(), line.RootElement.GetProperty("uid").GetUInt32()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Audit));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("delete", "--older-than", "soon")]
    [InlineData("delete", "abc")]
    [InlineData("delete", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("restore", "../../etc/passwd", "--to", "/tmp")]
    public async Task What_makes_no_sense_is_refused_and_changes_nothing(params string[] arguments)
    {
        await _bench.KeepAsync(s_bad);

        await Assert.ThrowsAsync<QuarantineException>(() => RunAsync(arguments));

        Assert.Equal(2, _bench.Files.Count);
    }

    [Fact]
    public async Task The_audit_log_is_never_written_through_a_link()
    {
        await _bench.KeepAsync(s_bad);
        var elsewhere = _to.Write("elsewhere", []);
        File.CreateSymbolicLink(Audit, elsewhere);

        await Assert.ThrowsAsync<QuarantineException>(() => RunAsync("restore", Make.Sha256(s_bad), "--to", _to.Path));

        Assert.Equal(0, new FileInfo(elsewhere).Length);
        Assert.False(File.Exists(Path.Combine(_to.Path, Make.Sha256(s_bad))));
    }

    public void Dispose()
    {
        _bench.Dispose();
        _state.Dispose();
        _to.Dispose();
    }

    private IEnumerable<string> AuditActions() => File.ReadAllLines(Audit).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("action").GetString()!);

    private async Task<(int Exit, string Text)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var exit = await QuarantineCommand.Create().Parse([.. arguments, "--config", _config])
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = output }, Wait.Token);
        return (exit, output.ToString());
    }
}
