using System.Net.Sockets;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Urls;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

/// <summary>A tool, a list or a socket that somebody else could exchange is refused, and the reason says which and why.</summary>
public sealed class PathTrustTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void What_only_root_and_we_may_write_is_trusted_and_so_is_what_is_not_there()
    {
        Assert.Null(PathTrust.OfFile(Made("tool")));
        Assert.Null(PathTrust.OfFile("/bin/sh"));
        Assert.Null(PathTrust.OfFile(Path.Combine(_folder.Path, "absent", "tool")));
        Assert.Null(PathTrust.OfFile("/tmp")); // Everybody may write there, and nobody may exchange what is another's.
    }

    [Fact]
    public void A_program_that_everybody_may_write_is_not()
    {
        var tool = Made("tool");
        File.SetUnixFileMode(tool, Private | UnixFileMode.OtherWrite);
        Assert.Equal($"everybody may write to {tool}", PathTrust.OfFile(tool));
    }

    [Fact]
    public void Nor_is_one_below_a_directory_that_everybody_may_write_by_whatever_link()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_folder.Path, "open")).FullName;
        var tool = Made("open/tool");
        File.SetUnixFileMode(directory, Private | UnixFileMode.OtherWrite);
        var link = Path.Combine(_folder.Path, "link");
        File.CreateSymbolicLink(link, "open/tool");
        Assert.Equal($"everybody may write to {directory}", PathTrust.OfFile(tool));
        Assert.Equal($"everybody may write to {directory}", PathTrust.OfFile(link));
    }

    [Fact]
    public void A_link_to_itself_has_no_end()
    {
        var link = Path.Combine(_folder.Path, "loop");
        File.CreateSymbolicLink(link, link);
        Assert.Contains("without an end", PathTrust.OfFile(link), StringComparison.Ordinal);
    }

    [Fact]
    public void What_belongs_to_another_person_is_not_trusted()
    {
        Assert.SkipUnless(Posix.IsRoot, "Only root can give a file away.");
        var tool = Made("tool");
        Posix.Own(tool, 65534);
        Assert.Equal($"{tool} belongs to user 65534, not to root or the daemon's own user", PathTrust.OfFile(tool));
        Posix.Own(tool, 100);
        Assert.NotNull(PathTrust.OfFile(tool));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(65534, false)]
    public void A_socket_may_belong_to_an_account_of_the_system(int owner, bool trusted)
    {
        Assert.SkipUnless(Posix.IsRoot, "Only root can give a file away.");
        var path = Path.Combine(_folder.Path, "clamd.ctl");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, Private | UnixFileMode.OtherWrite); // as Debian's is
        Posix.Own(path, owner);
        Assert.Equal(trusted, PathTrust.OfSocket(path) is null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_scanner_that_is_not_trusted_is_absent_unless_allowed(bool allowed)
    {
        var tool = Made("tool");
        File.WriteAllText(tool, "#!/bin/sh\nexit 0\n");
        File.SetUnixFileMode(tool, Private | UnixFileMode.OtherWrite);
        var file = Path.Combine(_folder.Path, "mailscan.yaml");
        File.WriteAllText(file, $"scanners:\n  mine:\n    kind: command\n    command: [{tool}, \"{{sample}}\"]\n    sandbox: off\n    allow_unsafe_paths: {(allowed ? "true" : "false")}\n");
        var config = ConfigLoader.Load(file, _ => null);
        var log = new LogRecorder();
        var factory = new ScannerFactory(_folder.Path, new UrlLookup([], TimeProvider.System), new SandboxSearch(log.CreateLogger("x")), TimeProvider.System, log.CreateLogger("x"));

        var found = Assert.Single(await factory.ProbeAsync([config.Scanners.Single(s => s.Name == "mine")], Wait.Token));

        Assert.Equal(allowed, found.Scanner is not null);
        Assert.Equal(allowed, found.Absent is null);
        if (allowed)
        {
            Assert.Contains(log.Lines, l => l.Contains($"everybody may write to {tool}", StringComparison.Ordinal));
        }
        else
        {
            Assert.Contains($"everybody may write to {tool}", found.Absent, StringComparison.Ordinal);
            Assert.Contains("allow_unsafe_paths", found.Absent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_clamd_over_tcp_has_no_path_to_look_at()
    {
        var factory = new ScannerFactory(_folder.Path, new UrlLookup([], TimeProvider.System), new SandboxSearch(NullLogger.Instance), TimeProvider.System, NullLogger.Instance);
        var found = Assert.Single(await factory.ProbeAsync([new ScannerConfig("clamd", "clamd", new ClamdOptions { Address = "tcp://127.0.0.1:1" })], Wait.Token));
        Assert.Contains("no clamd answers", found.Absent, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Made(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, "x");
        File.SetUnixFileMode(path, Private);
        return path;
    }
}
