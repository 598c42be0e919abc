using MailScanBridge.Queue;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Queue;

public sealed class OriginRatesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_node_may_be_ahead_by_a_burst_and_then_has_its_rate()
    {
        var rates = Rates(rate: 10, burst: 5);
        Assert.Equal(5, Allowed(rates, "a", 20));
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(3, Allowed(rates, "a", 20));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(5, Allowed(rates, "a", 20));
    }

    [Fact]
    public void One_that_floods_takes_nothing_from_another()
    {
        var rates = Rates(rate: 1, burst: 2);
        Assert.Equal(2, Allowed(rates, "a", 1000));
        Assert.Equal(2, Allowed(rates, "b", 3));
    }

    [Fact]
    public void The_log_is_told_once_a_period_with_how_many_there_were()
    {
        var rates = Rates(rate: 1, burst: 1);
        Assert.Null(rates.Take("a").TellBeyond);
        Assert.Equal(1, rates.Take("a").TellBeyond);
        Assert.Equal([null, null, null], Enumerable.Range(0, 3).Select(_ => rates.Take("a").TellBeyond));
        _time.Advance(OriginRates.TellEvery);
        Assert.Null(rates.Take("a").TellBeyond);
        Assert.Equal(4, rates.Take("a").TellBeyond);
    }

    [Fact]
    public void Nodes_beyond_the_bound_share_one_bucket_and_quiet_ones_are_forgotten()
    {
        var rates = Rates(rate: 1, burst: 1);
        for (var i = 0; i < OriginRates.MaxOrigins; i++)
        {
            Assert.True(rates.Take($"n{i}").IsAllowed);
        }

        Assert.True(rates.Take("x").IsAllowed);
        Assert.False(rates.Take("y").IsAllowed);
        _time.Advance(OriginRates.TellEvery);
        Assert.True(rates.Take("x").IsAllowed);
        Assert.True(rates.Take("y").IsAllowed);
    }

    [Fact]
    public void Zero_is_no_limit() => Assert.Equal(100_000, Allowed(Rates(rate: 0, burst: 1), "a", 100_000));

    private OriginRates Rates(int rate, int burst) => new(new OverloadOptions { MaxRate = rate, MaxBurst = burst }, _time);

    private static int Allowed(OriginRates rates, string node, int asked) => Enumerable.Range(0, asked).Count(_ => rates.Take(node).IsAllowed);
}
