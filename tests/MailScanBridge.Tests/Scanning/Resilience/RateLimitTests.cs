using MailScanBridge.Scanning.Resilience;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Resilience;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void So_many_may_come_at_once_and_one_more_as_each_is_earned()
    {
        var limit = new RateLimit(new Rate(4, TimeSpan.FromSeconds(1)), _time);

        Assert.Equal(4, Taken(limit));
        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(0, Taken(limit));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Taken(limit));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(4, Taken(limit));
    }

    [Fact]
    public void Over_a_long_time_it_is_the_rate_whatever_the_pauses()
    {
        var limit = new RateLimit(new Rate(60, TimeSpan.FromMinutes(1)), _time);
        var taken = 0;
        for (var i = 0; i < 6000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            taken += limit.TryTake() ? 1 : 0;
        }

        Assert.InRange(taken, 600, 660);
    }

    [Fact]
    public async Task Many_at_once_get_no_more_than_there_are()
    {
        var limit = new RateLimit(new Rate(50, TimeSpan.FromHours(1)), _time);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 100).Count(_ => limit.TryTake()))));

        Assert.Equal(50, taken.Sum());
    }

    private static int Taken(RateLimit limit) => Enumerable.Range(0, 100).Count(_ => limit.TryTake());
}
