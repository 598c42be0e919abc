using MailScanBridge.Queue;
using Xunit;

namespace MailScanBridge.Tests.Queue;

public sealed class OverloadLevelTests
{
    private readonly OverloadLevel _overload = new(new OverloadOptions(), maxOpen: 100);

    [Theory]
    [InlineData(24, 14, 0)]
    [InlineData(25, 0, 1)]
    [InlineData(0, 15, 1)]
    [InlineData(50, 0, 2)]
    [InlineData(0, 30, 2)]
    [InlineData(75, 0, 3)]
    [InlineData(0, 45, 3)]
    public void It_rises_at_once_at_either_mark(int open, int seconds, int level)
    {
        Assert.Equal(level > 0, Update(open, seconds, 0));
        Assert.Equal(level, _overload.Level);
    }

    [Fact]
    public void It_falls_one_level_at_a_time_after_calm_below_half_of_the_marks()
    {
        Update(80, 0, 0);
        Assert.False(Update(38, 0, 5)); // below the mark, not below half of it
        Assert.False(Update(10, 0, 6));
        Assert.False(Update(10, 0, 15));
        Assert.True(Update(10, 0, 16));
        Assert.Equal(2, _overload.Level);
        Assert.False(Update(10, 0, 17));
        Assert.True(Update(10, 0, 27));
        Assert.False(Update(13, 0, 28)); // not calm at level 1
        Assert.False(Update(12, 0, 40));
        Assert.True(Update(12, 0, 50));
        Assert.Equal(0, _overload.Level);
    }

    [Fact]
    public void A_new_wave_ends_the_calm()
    {
        Update(30, 0, 0);
        Update(1, 0, 1);
        Update(20, 0, 9);
        Assert.False(Update(1, 0, 12));
        Assert.False(Update(1, 0, 21));
        Assert.True(Update(1, 0, 22));
    }

    private bool Update(int open, int oldest, int at) => _overload.Update(open, TimeSpan.FromSeconds(oldest), TimeSpan.FromSeconds(at));
}
