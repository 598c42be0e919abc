using CsCheck;
using MailScanBridge.Intake;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Intake;

public sealed partial class CustodyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _spool;
    private readonly Custody _custody;

    public CustodyTests()
    {
        _spool = Directory.CreateDirectory(Path.Combine(_folder.Path, "spool")).FullName;
        _custody = NewCustody();
    }

    private string Store => Path.Combine(_folder.Path, "store");

    [Fact]
    public void A_regular_file_in_the_spool_is_moved_into_the_store()
    {
        var path = Spool("file", "content");

        var taken = _custody.Take(Make.Request(path: path));

        Assert.Null(taken.CustodyFailure);
        Assert.Equal("content", File.ReadAllText(_custody.PathOf(taken.StoreName!)));
        Assert.False(File.Exists(path));
        Assert.Equal([taken.StoreName!], _custody.StoredNames());
    }

    [Theory]
    [InlineData("file")]
    [InlineData("with space and 'quotes' \" $(touch x) %s %n ; rm -rf")]
    [InlineData("new\nline\tand\x1b[31mescape")]
    [InlineData("-rf")]
    [InlineData("...")]
    [InlineData("ünïcödé \u202egnp.exe")]
    public void Odd_names_in_the_spool_are_names_like_any_other(string name)
    {
        var taken = _custody.Take(Make.Request(path: Spool(name, "content")));

        Assert.Null(taken.CustodyFailure);
        Assert.Equal("content", File.ReadAllText(_custody.PathOf(taken.StoreName!)));
    }

    public static TheoryData<string> PathsOutside =>
    [
        "SPOOL/../outside", "SPOOL/./file", "SPOOL/sub/file", "SPOOL-evil/file", "SPOOL/..", "SPOOL/.", "SPOOL", "SPOOL/", "outside", "file", "./file", "../spool/file",
        "/etc/passwd", "/", "//etc/passwd", "SPOOL/sub/../../outside", "SPOOL/file\0", "\0", "SPOOL/\0file", "~/file", "file:///etc/passwd", "$SPOOL/file",
    ];

    [Theory]
    [MemberData(nameof(PathsOutside))]
    public void A_path_that_is_not_directly_inside_the_spool_is_refused_and_nothing_moves(string template)
    {
        Spool("file", "inside");
        Directory.CreateDirectory(Path.Combine(_spool, "sub"));
        Write(Path.Combine(_spool, "sub", "file"), "sub");
        Directory.CreateDirectory(_spool + "-evil");
        Write(Path.Combine(_spool + "-evil", "file"), "evil");
        Write(Path.Combine(_folder.Path, "outside"), "outside");
        var before = Tree();

        var taken = _custody.Take(Make.Request(path: template.Replace("SPOOL", _spool, StringComparison.Ordinal)));

        Assert.NotNull(taken.CustodyFailure);
        Assert.Null(taken.StoreName);
        Assert.Equal(before, Tree());
        Assert.True(File.Exists("/etc/passwd"));
        Assert.DoesNotContain('\0', taken.CustodyFailure);
    }

    [Fact]
    public void A_request_without_a_path_says_that_nothing_was_extracted()
    {
        var taken = _custody.Take(Make.Request(path: ""));

        Assert.Equal("Zeek extracted no file", taken.CustodyFailure);
    }

    [Fact]
    public void A_spool_configured_with_a_slash_at_its_end_is_the_same_spool()
    {
        var custody = new Custody(new CustodyOptions { Spool = _spool + "/", Store = Store });

        var taken = custody.Take(Make.Request(path: Spool("file", "content")));

        Assert.Null(taken.CustodyFailure);
    }

    [Fact]
    public void After_a_crash_between_the_move_and_the_commit_the_same_request_finds_its_file()
    {
        var request = Make.Request(path: Spool("file", "content"));
        var before = _custody.Take(request);

        // The daemon died here, and its successor is asked again.
        var after = NewCustody().Take(request with { Attempt = 2 });

        Assert.Null(before.CustodyFailure);
        Assert.Null(after.CustodyFailure);
        Assert.Equal(before.StoreName, after.StoreName);
        Assert.Equal("content", File.ReadAllText(_custody.PathOf(after.StoreName!)));
    }

    [Fact]
    public void What_stands_in_the_store_under_a_requests_name_and_is_no_file_is_not_adopted()
    {
        var request = Make.Request(path: Path.Combine(_spool, "missing"));
        File.CreateSymbolicLink(_custody.PathOf(request.RequestKey.FileName), "/etc/passwd");

        Assert.NotNull(_custody.Take(request).CustodyFailure);
    }

    [Fact]
    public void The_store_is_closed_to_others()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Store));
    }

    [Fact]
    public void A_store_on_another_file_system_gets_a_copy_and_the_spool_loses_the_file()
    {
        using var elsewhere = new FolderOnAnotherFileSystem(_folder.Path);
        var custody = new Custody(new CustodyOptions { Spool = _spool, Store = elsewhere.Path });
        var content = new string('x', 300_000);
        var path = Spool("file", content);

        var taken = custody.Take(Make.Request(path: path));

        Assert.Null(taken.CustodyFailure);
        Assert.Equal(content, File.ReadAllText(custody.PathOf(taken.StoreName!)));
        Assert.Equal([taken.StoreName!], custody.StoredNames());
        Assert.False(File.Exists(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(custody.PathOf(taken.StoreName!)));
    }

    [Fact]
    public void Links_are_refused_where_the_store_is_on_another_file_system_too()
    {
        using var elsewhere = new FolderOnAnotherFileSystem(_folder.Path);
        var custody = new Custody(new CustodyOptions { Spool = _spool, Store = elsewhere.Path });
        var link = Path.Combine(_spool, "link");
        File.CreateSymbolicLink(link, "/etc/passwd");

        Assert.Equal("the path is a symbolic link", custody.Take(Make.Request(path: link)).CustodyFailure);
        Assert.Empty(custody.StoredNames());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whatever_is_swapped_in_while_a_file_is_being_taken_only_the_file_itself_arrives(bool otherFileSystem)
    {
        using var elsewhere = otherFileSystem ? new FolderOnAnotherFileSystem(_folder.Path) : null;
        var custody = elsewhere is null ? _custody : new Custody(new CustodyOptions { Spool = _spool, Store = elsewhere.Path });
        var secret = Write(Path.Combine(_folder.Path, "secret"), "secret");
        var path = Path.Combine(_spool, "file");
        var done = false;
        var swapper = new Thread(() =>
        {
            // As one with the right to write into the spool would: a file, a link to a secret, a second name of it, a directory.
            var next = Path.Combine(_spool, "next");
            for (var i = 0; !Volatile.Read(ref done); i++)
            {
                try
                {
                    switch (i % 4)
                    {
                        case 0 or 2:
                            File.WriteAllText(next, "file");
                            break;
                        case 1:
                            File.CreateSymbolicLink(next, secret);
                            break;
                        case 3:
                            Posix.HardLink(secret, next);
                            break;
                    }

                    File.Move(next, path, overwrite: true);
                }
                catch (IOException)
                {
                    // The taker was in between.
                }
            }
        });
        swapper.Start();
        var taken = 0;
        var refused = 0;
        var started = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            for (var seqno = 1UL; (taken < 20 || refused < 20) && started.Elapsed < Wait.Deadline; seqno++)
            {
                var result = custody.Take(Make.Request(seqno, path));
                if (result.StoreName is { } name)
                {
                    taken++;
                    Assert.Null(new FileInfo(custody.PathOf(name)).LinkTarget);
                    Assert.NotEqual("secret", File.ReadAllText(custody.PathOf(name)));
                }
                else
                {
                    refused++;
                }
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            swapper.Join();
        }

        Assert.True(taken >= 20, $"only {taken} files were taken, so the race was not run");
        Assert.True(refused >= 20, $"only {refused} were refused, so the race was not run");
        Assert.Equal("secret", File.ReadAllText(secret));
        Assert.Equal(taken, custody.StoredNames().Count());
        Assert.All(custody.StoredNames(), n => Assert.Null(new FileInfo(custody.PathOf(n)).LinkTarget));
    }

    [Fact]
    public void Names_in_the_store_are_one_component_short_and_different_for_different_keys()
    {
        var nodes = Gen.OneOf(
            Gen.String[Gen.Char["ab/.%+-_\n\u202eü"], 0, 12],
            Gen.String[Gen.Char["a%"], 100, 255]);
        var keys = Gen.Select(nodes, Gen.ULong[0, 3], Gen.ULong[0, 3], (node, incarnation, seqno) => new RequestKey(node, incarnation, seqno));
        Gen.Select(keys, keys).Sample((a, b) =>
        {
            Assert.Equal(a == b, a.FileName == b.FileName);
            Assert.Equal(a.FileName, new RequestKey(a.Node, a.Incarnation, a.Seqno).FileName);
            Assert.InRange(a.FileName.Length, 1, 200);
            Assert.DoesNotContain('/', a.FileName);
            Assert.NotEqual('.', a.FileName.TrimStart('.').Length == 0 ? '.' : 'x');
            Assert.All(a.FileName, c => Assert.True(char.IsAsciiLetterOrDigit(c) || "%._-+".Contains(c, StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void Long_nodes_that_differ_only_at_the_end_have_different_names_in_the_store()
    {
        var node = new string('n', 254);

        Assert.NotEqual(new RequestKey(node + "a", 1, 1).FileName, new RequestKey(node + "b", 1, 1).FileName);
        Assert.NotEqual(new RequestKey("a.1", 2, 3).FileName, new RequestKey("a", 1, 2).FileName);
    }

    public void Dispose() => _folder.Dispose();

    private Custody NewCustody() => new(new CustodyOptions { Spool = _spool, Store = Store });

    private string Spool(string name, string content) => Write(Path.Combine(_spool, name), content);

    private static string Write(string path, string content)
    {
        File.WriteAllText(path, content);
        return path;
    }

    private List<string> Tree() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
