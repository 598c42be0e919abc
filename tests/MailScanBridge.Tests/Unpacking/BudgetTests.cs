using MailScanBridge.Samples.MailPcap;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class BudgetTests
{
    private static byte[] Many(int count)
    {
        var zip = new ZipFile();
        for (int i = 0; i < count; i++)
            zip.Add($"{i}.txt", BitConverter.GetBytes(i));
        return zip.ToArray();
    }

    private static byte[] Nested(int levels)
    {
        byte[] inner = "core"u8.ToArray();
        for (int i = 0; i < levels; i++)
            inner = new ZipFile().Add($"{i}.zip", inner).ToArray();
        return inner;
    }

    [Fact]
    public void Containers_deeper_than_the_limit_are_said_and_kept_unopened()
    {
        using var within = Unpacked.From(Nested(8));
        using var beyond = Unpacked.From(Nested(9));
        Assert.Contains("core", within.Contents);
        Assert.Empty(within.Result.Problems);
        Assert.DoesNotContain("core", beyond.Contents);
        Assert.Contains("unpacking.max_depth)", Assert.Single(beyond.Result.Problems).Detail, StringComparison.Ordinal);
        Assert.Equal(8, beyond.Parts.Max(p => p.Depth));
    }

    [Fact]
    public void Parts_beyond_the_limit_end_the_work_and_are_said()
    {
        var budget = new UnpackBudget { MaxItems = 5 };
        using var within = Unpacked.From(Many(5), budget);
        using var beyond = Unpacked.From(Many(6), budget);
        Assert.Empty(within.Result.Problems);
        Assert.Equal(5, beyond.Parts.Count());
        Assert.Contains(beyond.Result.Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_items)", StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_beyond_the_limit_end_the_work_to_the_byte()
    {
        var zip = new ZipFile().Add("a", new byte[600]).Add("b", new byte[600]).Add("c", new byte[600]);
        using var unpacked = Unpacked.From(zip.ToArray(), new UnpackBudget { MaxTotalBytes = 1000 });
        Assert.Equal(1000, unpacked.Parts.Sum(p => p.Size));
        Assert.Contains("unpacking.max_total)", Assert.Single(unpacked.Result.Problems).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_beyond_the_limit_is_kept_as_far_as_it_came_and_the_rest_goes_on()
    {
        var zip = new ZipFile().Add("a", new byte[600]).Add("b", new byte[60]);
        using var unpacked = Unpacked.From(zip.ToArray(), new UnpackBudget { MaxItemBytes = 100 });
        Assert.Equal([100L, 60L], unpacked.Parts.Select(p => p.Size));
        Assert.Contains("unpacking.max_item)", Assert.Single(unpacked.Result.Problems).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_left_and_what_stands_beside_it_is_read()
    {
        byte[] bomb = SampleMails.All.Single(m => m.File.Contains("bomb", StringComparison.Ordinal)).Content;
        byte[] mail = new MailWriter("x", 1).Forward(bomb).Attach("text/plain", "beside", "beside"u8.ToArray()).ToArray();
        using var unpacked = Unpacked.From(mail);
        Assert.Contains(unpacked.Parts, p => p.Name == "beside");
        Assert.Contains("unpacking.max_ratio)", Assert.Single(unpacked.Result.Problems).Detail, StringComparison.Ordinal);
        Assert.True(unpacked.Parts.Max(p => p.Size) < 8 * 1024 * 1024);
    }

    [Fact]
    public void A_small_file_may_shrink_well()
    {
        using var unpacked = Unpacked.From(new ZipFile().AddPacked("zeros", Deflate.Zeros(4000), false,
            Checksums.Crc32(new byte[1 + 258 * 4000]), 1 + 258 * 4000).ToArray());
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void Time_that_runs_out_ends_the_work_and_is_said()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", Many(100));
        UnpackResult result = new Unpacker(new UnpackBudget(), new TimeIsUp()).Unpack(file, null, null, folder.Path, TestContext.Current.CancellationToken);
        Assert.Equal(Reasons.Limits, Assert.Single(result.Problems).Reason);
        Assert.Contains("unpacking.max_time)", result.Problems[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_who_gives_up_is_not_a_limit()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", Many(10));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Unpacker(new UnpackBudget()).Unpack(file, null, null, folder.Path, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_work_directory_that_cannot_be_written_is_not_the_contents_fault()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", Many(10));
        Assert.Throws<WorkDirectoryException>(() =>
            new Unpacker(new UnpackBudget()).Unpack(file, null, null, folder.Write("no-directory", []), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_work_directory_is_made_for_the_owner_alone_and_only_where_there_are_parts()
    {
        using var folder = new TemporaryFolder();
        string work = Path.Combine(folder.Path, "work", "1");
        var unpacker = new Unpacker(new UnpackBudget());
        unpacker.Unpack(folder.Write("text", "no parts"u8.ToArray()), null, null, work, TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(work));

        unpacker.Unpack(folder.Write("x", Many(1)), null, null, work, TestContext.Current.CancellationToken);

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal([owner, owner], new[] { work, Path.GetDirectoryName(work)! }.Select(File.GetUnixFileMode));
    }

    [Fact]
    public void Faults_of_the_settings_are_all_listed()
    {
        var budget = new UnpackBudget { MaxDepth = 0, MaxItems = -1, MaxTime = TimeSpan.Zero };
        ArgumentException e = Assert.Throws<ArgumentException>(() => new Unpacker(budget));
        Assert.Contains("MaxDepth", e.Message, StringComparison.Ordinal);
        Assert.Contains("MaxItems", e.Message, StringComparison.Ordinal);
        Assert.Contains("MaxTime", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_files_can_be_unpacked_at_once()
    {
        var unpacker = new Unpacker(new UnpackBudget());
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", SampleMails.All[4].Content);
        UnpackResult[] results = new UnpackResult[16];
        Parallel.For(0, results.Length, i =>
            results[i] = unpacker.Unpack(file, null, null, Directory.CreateDirectory(Path.Combine(folder.Path, $"w{i}")).FullName, TestContext.Current.CancellationToken));
        Assert.All(results, r => Assert.Equal(results[0].Items.Select(i => i.Sha256), r.Items.Select(i => i.Sha256)));
    }

    /// <summary>A clock whose every timer is due at once.</summary>
    private sealed class TimeIsUp : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            callback(state);
            return timer;
        }
    }
}
