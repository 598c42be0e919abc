using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Urls;
using Xunit;

namespace MailScanBridge.Tests.Urls;

public sealed class UrlListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LogRecorder _log = new();

    [Fact]
    public async Task A_list_is_read_with_names_comments_and_a_hosts_files_lines()
    {
        var list = List("""
            # a comment
            evil.example            Emotet drop site   # and another
            http://host.example/a/#fragment
            0.0.0.0 sink.example
            127.0.0.1 local.example
            203.0.113.7
            """);

        Assert.Equal("Emotet drop site", await NameAsync(list, "http://www.evil.example/x"));
        Assert.Equal("list", await NameAsync(list, "https://host.example/a/b?c"));
        Assert.Equal("list", await NameAsync(list, "http://sink.example/"));
        Assert.Equal("list", await NameAsync(list, "http://local.example/"));
        Assert.Equal("list", await NameAsync(list, "http://203.0.113.7/x"));
        Assert.Null(await NameAsync(list, "http://host.example/b"));
        Assert.Matches(@"^5 entries \([0-9a-f]{8}\)$", list.Version);
    }

    [Fact]
    public async Task Lines_that_are_nothing_are_left_out_counted_and_the_first_is_named()
    {
        var list = List("evil.example\nnonsense\n<html>\nother.example\n");

        Assert.StartsWith("2 entries (", list.Version, StringComparison.Ordinal);
        Assert.NotEqual(List("evil.example\nthird.example\n").Version, list.Version); // as many, and others
        Assert.NotNull(await NameAsync(list, "http://other.example/"));
        Assert.Contains(_log.Lines, l => l.Contains("2 lines", StringComparison.Ordinal) && l.Contains("line 2, \"nonsense\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_that_changes_is_read_again_and_the_old_one_stays_while_the_new_cannot_be_read()
    {
        var list = List("evil.example\n");
        Rewrite("other.example\n");
        list.Refresh(TestContext.Current.CancellationToken);
        Assert.Null(await NameAsync(list, "http://evil.example/"));
        Assert.NotNull(await NameAsync(list, "http://other.example/"));

        File.Delete(Path.Combine(_folder.Path, "list.txt"));
        list.Refresh(TestContext.Current.CancellationToken);
        Assert.NotNull(await NameAsync(list, "http://other.example/"));
        Assert.Contains(_log.Lines, l => l.StartsWith("Warning 12001", StringComparison.Ordinal));

        Rewrite("third.example\n");
        list.Refresh(TestContext.Current.CancellationToken);
        Assert.NotNull(await NameAsync(list, "http://third.example/"));
    }

    [Fact]
    public async Task Without_its_file_a_list_answers_nothing_and_says_so_once()
    {
        var list = new UrlList(new UrlListOptions("bad", Path.Combine(_folder.Path, "absent")), _log);
        list.Refresh(TestContext.Current.CancellationToken);
        list.Refresh(TestContext.Current.CancellationToken);

        var result = await list.LookUpAsync(new UrlToLookUp("http://evil.example/"u8.ToArray()), TestContext.Current.CancellationToken);

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task Many_names_and_many_lines_are_found()
    {
        var list = List(string.Join('\n', Enumerable.Range(0, 100_000).Select(n => $"h{n}.example name{n % 70_000}")));

        Assert.Equal("name12345", await NameAsync(list, "http://h12345.example/"));
        Assert.Equal("list", await NameAsync(list, "http://h69999.example/")); // More names than are kept.
        Assert.Null(await NameAsync(list, "http://h100000.example/"));
    }

    public void Dispose() => _folder.Dispose();

    private UrlList List(string text)
    {
        var path = _folder.Write("list.txt", Encoding.UTF8.GetBytes(text));
        var list = new UrlList(new UrlListOptions("bad", path), _log);
        list.Refresh(TestContext.Current.CancellationToken);
        return list;
    }

    private void Rewrite(string text)
    {
        var path = _folder.Write("list.txt", Encoding.UTF8.GetBytes(text));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(Random.Shared.Next(10, 1000)));
    }

    private static async Task<string?> NameAsync(UrlList list, string url)
    {
        var result = await list.LookUpAsync(new UrlToLookUp(Encoding.UTF8.GetBytes(url)), TestContext.Current.CancellationToken);
        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
        return result.Findings.Count > 0 ? result.Findings[0].Name : null;
    }
}
