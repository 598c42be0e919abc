using MailScanBridge.Retention;
using Xunit;

namespace MailScanBridge.Tests.Retention;

public sealed class DiskFloorTests
{
    [Fact]
    public void It_is_low_below_the_floor_and_ample_again_only_with_a_tenth_more()
    {
        var free = 1000L;
        var floor = new DiskFloor("/x", 500, _ => free);
        var seen = new List<(bool Changed, bool Low)>();
        foreach (var now in (long[])[1000, 500, 499, 520, 499, 549, 550, 520])
        {
            free = now;
            seen.Add((floor.Check(), floor.IsLow));
        }

        Assert.Equal([(false, false), (false, false), (true, true), (false, true), (false, true), (false, true), (true, false), (false, false)], seen);
    }

    [Fact]
    public void What_cannot_be_measured_counts_as_low()
    {
        var floor = new DiskFloor("/x", 500, _ => throw new IOException("Input/output error"));

        Assert.True(floor.Check());
        Assert.True(floor.IsLow);
    }

    [Fact]
    public void Without_a_floor_nothing_is_low()
    {
        var floor = new DiskFloor("/x", 0, _ => 0);

        Assert.False(floor.Check());
        Assert.False(floor.IsLow);
    }

    [Fact]
    public void The_disk_itself_is_asked_for_any_path_on_it() => Assert.InRange(DiskFloor.FreeBytes(Path.GetTempPath()), 1, long.MaxValue);
}
