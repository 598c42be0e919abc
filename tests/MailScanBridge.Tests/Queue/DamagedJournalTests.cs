using MailScanBridge.Queue;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Data.Sqlite;
using Xunit;

namespace MailScanBridge.Tests.Queue;

public sealed class DamagedJournalTests : IDisposable
{
    private const int Rows = 40;
    private readonly TemporaryFolder _folder = new();
    private readonly LogRecorder _log = new();

    private string JournalPath => Path.Combine(_folder.Path, "journal.sqlite");

    private string? Aside => Directory.GetFiles(_folder.Path, "journal.sqlite.damaged-*").FirstOrDefault(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal));

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task A_file_that_is_no_journal_is_set_aside(int size)
    {
        var garbage = new byte[size];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(JournalPath, garbage, Wait.Token);

        await using var queue = Open();

        Assert.Empty(queue.Snapshot());
        await AssertWorksAsync(queue);
        Assert.Equal(garbage, await File.ReadAllBytesAsync(Aside!, Wait.Token));
        Assert.Contains(_log.Lines, l => l.Contains("2000", StringComparison.Ordinal) && l.Contains(Aside!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_truncated_journal_is_set_aside()
    {
        await FillAsync();
        using (var file = File.OpenWrite(JournalPath))
        {
            file.SetLength(file.Length / 2 / 4096 * 4096);
        }

        await using var queue = Open();

        Assert.NotNull(Aside);
        await AssertWorksAsync(queue);
    }

    [Fact]
    public async Task Whatever_bytes_are_flipped_the_queue_opens_and_works()
    {
        await FillAsync();
        var sound = await File.ReadAllBytesAsync(JournalPath, Wait.Token);
        var random = new Random(7);
        var setAside = 0;
        var lostRows = 0;
        for (var run = 0; run < 60; run++)
        {
            foreach (var file in Directory.GetFiles(_folder.Path))
            {
                File.Delete(file);
            }

            var bytes = (byte[])sound.Clone();
            for (var flips = random.Next(1, 20); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            }

            await File.WriteAllBytesAsync(JournalPath, bytes, Wait.Token);
            await using (var queue = Open())
            {
                setAside += Aside is null ? 0 : 1;
                lostRows += Rows - queue.Snapshot().Count;
                await AssertWorksAsync(queue);
            }

            // What was opened once opens again, and whatever is in it can be asked for.
            await using var again = Open();
            foreach (var row in again.Snapshot())
            {
                await again.AcceptAsync(row.Request, 1);
            }
        }

        Assert.InRange(setAside, 1, 59);
        Assert.True(lostRows > 0);
    }

    public static TheoryData<string> UnreadableRows =>
    [
        "UPDATE requests SET request = x'' WHERE id = 2",
        "UPDATE requests SET request = x'ff00ff' WHERE id = 2",
        "UPDATE requests SET request = x'c0' WHERE id = 2",
        "UPDATE requests SET request = x'9201c0' WHERE id = 2", // version 1, no body
        "UPDATE requests SET request = x'920193c0c0c0' WHERE id = 2", // a body without a file
        "UPDATE requests SET request = x'9207c0' WHERE id = 2", // of a version to come
        "UPDATE requests SET request = 'text' WHERE id = 2",
        "UPDATE requests SET request = substr(request, 1, length(request) / 2) WHERE id = 2",
        "UPDATE requests SET state = 77 WHERE id = 2",
        "UPDATE requests SET state = 99999999999 WHERE id = 2",
        "UPDATE requests SET attempts = 99999999999 WHERE id = 2",
        "UPDATE requests SET received = 9223372036854775807 WHERE id = 2",
        "UPDATE requests SET state = 'x' WHERE id = 2",
        "UPDATE requests SET state = 1, verdict = x'c0' WHERE id = 2",
        "UPDATE requests SET state = 1, verdict = x'9201c0' WHERE id = 2",
        "UPDATE requests SET state = 1, verdict = NULL WHERE id = 2",
        "UPDATE requests SET request = (SELECT request FROM requests WHERE id = 3) WHERE id = 2", // another request's content
    ];

    [Theory]
    [MemberData(nameof(UnreadableRows))]
    public async Task A_row_that_cannot_be_read_is_left_out_and_told_and_can_be_asked_again(string damage)
    {
        await FillAsync();
        Execute(damage);

        await using (var queue = Open())
        {
            Assert.Equal(Rows - 1, queue.Snapshot().Count);
            Assert.DoesNotContain(queue.Snapshot(), r => r.Request.File.Seqno == 2);
            Assert.Contains(_log.Lines, l => l.Contains("Row 2 of the journal", StringComparison.Ordinal));
            Assert.True((await queue.AcceptAsync(Make.Taken(2), 1)).IsNew);
        }

        await using var again = Open();
        Assert.Equal(Rows, again.Snapshot().Count);
    }

    [Fact]
    public async Task A_database_of_something_else_is_set_aside()
    {
        Execute("CREATE TABLE requests (url TEXT); INSERT INTO requests VALUES ('x')");

        await using var queue = Open();

        Assert.NotNull(Aside);
        await AssertWorksAsync(queue);
    }

    [Fact]
    public async Task The_journal_of_a_newer_daemon_is_refused_and_left_as_it_is()
    {
        await FillAsync();
        Execute("PRAGMA user_version = 99");

        var refused = Assert.Throws<InvalidDataException>(() => Open());

        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains(JournalPath, refused.Message, StringComparison.Ordinal);
        Assert.Null(Aside);
        Execute("PRAGMA user_version = 2");
        await using var queue = Open();
        Assert.Equal(Rows, queue.Snapshot().Count);
    }

    [Fact]
    public async Task The_journal_of_version_1_is_brought_up_to_this_one()
    {
        await FillAsync();
        Execute("ALTER TABLE requests DROP COLUMN later; DROP TABLE ledger; DROP TABLE gaps; DROP TABLE facts; PRAGMA user_version = 1");

        await using var queue = Open();

        Assert.Equal(Rows, queue.Snapshot().Count);
        await AssertWorksAsync(queue);
        Assert.Null(Aside);
    }

    [Fact]
    public async Task A_file_that_was_only_just_begun_becomes_a_journal()
    {
        await File.WriteAllBytesAsync(JournalPath, [], Wait.Token);

        await using var queue = Open();

        await AssertWorksAsync(queue);
        Assert.Null(Aside);
    }

    [Fact]
    public async Task The_journal_is_closed_to_others()
    {
        await FillAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(JournalPath));
    }

    public void Dispose() => _folder.Dispose();

    private ScanQueue Open() => ScanQueue.Open(new QueueOptions { JournalPath = JournalPath }, TimeProvider.System, new MailScanMetrics(), _log);

    private async Task FillAsync()
    {
        await using var queue = Open();
        for (var seqno = 1UL; seqno <= Rows; seqno++)
        {
            await queue.AcceptAsync(Make.Taken(seqno), 1);
        }
    }

    private static async Task AssertWorksAsync(ScanQueue queue)
    {
        var seqno = 10_000UL;
        Assert.True((await queue.AcceptAsync(Make.Taken(seqno), 1)).IsNew);
        ScanLease lease;
        do
        {
            lease = await queue.LeaseAsync(Wait.Token);
            await queue.AnswerAsync(lease, Make.Verdict());
        }
        while (lease.Request.File.Seqno != seqno);

        Assert.NotNull(await queue.CloseAsync(Make.Taken(seqno).RequestKey));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={JournalPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
