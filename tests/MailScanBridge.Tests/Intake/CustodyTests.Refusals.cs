using System.Net.Sockets;
using MailScanBridge.Intake;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Intake;

/// <content>What is refused: all that is not a regular file with one name.</content>
public sealed partial class CustodyTests
{
    [Fact]
    public void A_symbolic_link_is_refused_and_what_it_points_to_stays()
    {
        var secret = Write(Path.Combine(_folder.Path, "secret"), "secret");
        var link = Path.Combine(_spool, "link");
        File.CreateSymbolicLink(link, secret);

        var taken = _custody.Take(Make.Request(path: link));

        Assert.Equal("the path is a symbolic link", taken.CustodyFailure);
        Assert.Equal("secret", File.ReadAllText(secret));
        Assert.Empty(_custody.StoredNames());
    }

    [Fact]
    public void A_file_with_a_second_name_is_refused()
    {
        var secret = Write(Path.Combine(_folder.Path, "secret"), "secret");
        var link = Path.Combine(_spool, "link");
        Posix.HardLink(secret, link);

        var taken = _custody.Take(Make.Request(path: link));

        Assert.Equal("the file has 2 links", taken.CustodyFailure);
        Assert.Empty(_custody.StoredNames());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_fifo_is_refused_at_once_although_nobody_writes_to_it()
    {
        var path = Path.Combine(_spool, "fifo");
        Posix.MakeFifo(path);

        var taken = await Task.Run(() => _custody.Take(Make.Request(path: path)), TestContext.Current.CancellationToken).WaitAsync(Wait.Token);

        Assert.Equal("the path is a FIFO", taken.CustodyFailure);
    }

    [Fact]
    public void A_directory_is_refused()
    {
        var path = Directory.CreateDirectory(Path.Combine(_spool, "directory")).FullName;

        var taken = _custody.Take(Make.Request(path: path));

        Assert.Equal("the path is a directory", taken.CustodyFailure);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void A_socket_is_refused()
    {
        var path = Path.Combine(_spool, "socket");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        var taken = _custody.Take(Make.Request(path: path));

        Assert.NotNull(taken.CustodyFailure);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_device_is_refused()
    {
        var custody = new Custody(new CustodyOptions { Spool = "/dev", Store = Store });

        Assert.Equal("the path is a device", custody.Take(Make.Request(path: "/dev/null")).CustodyFailure);
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        var taken = _custody.Take(Make.Request(path: Path.Combine(_spool, "missing")));

        Assert.Contains("no such file", taken.CustodyFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_longer_than_the_file_system_takes_is_refused()
    {
        var taken = _custody.Take(Make.Request(path: Path.Combine(_spool, new string('a', 5000))));

        Assert.Contains("cannot be opened", taken.CustodyFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_claimed_once()
    {
        var path = Spool("file", "content");

        var first = _custody.Take(Make.Request(1, path));
        var second = _custody.Take(Make.Request(2, path));

        Assert.Null(first.CustodyFailure);
        Assert.Contains("claimed by an earlier request", second.CustodyFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_the_daemon_may_not_read_is_refused_and_stays()
    {
        var path = Spool("file", "content");
        File.SetUnixFileMode(path, UnixFileMode.None);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(_spool, (UnixFileMode)0x1ff);

        var taken = Posix.AsNobody(() => _custody.Take(Make.Request(path: path)));

        Assert.Contains("cannot be opened: Permission denied", taken.CustodyFailure, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }
}
