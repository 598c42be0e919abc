using MailScanBridge.Response;
using MailScanBridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Response;

public sealed class DropBookTests
{
    private static readonly DropElement s_one = new("pairs4", "one");
    private static readonly DropElement s_two = new("pairs4", "two");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void What_two_rules_drop_goes_with_the_last_of_them()
    {
        var book = Book();
        book.Add(Rule("a"), [s_one, s_two]);
        book.Add(Rule("b"), [s_one]);

        Assert.Equal([s_two], book.Remove("host/zeek", 7, "a"));
        Assert.Equal([s_one], book.Remove("host/zeek", 7, "b"));
        Assert.Equal(0, book.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void A_step_of_the_wall_clock_neither_ends_nor_lengthens_a_rule(int hours)
    {
        var wall = new SteppedClock(_time);
        var book = new DropBook(new ResponderOptions(), wall);
        book.Add(Rule("a") with { Expire = TimeSpan.FromMinutes(2) }, [s_one]);
        wall.Step = TimeSpan.FromHours(hours);

        Assert.True(book.Has("host/zeek", 7, "a"));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(book.Has("host/zeek", 7, "a"));
    }

    [Fact]
    public void A_shorter_rule_does_not_shorten_another()
    {
        var book = Book();
        Assert.Equal(TimeSpan.FromHours(2), book.Add(Rule("a") with { Expire = TimeSpan.FromHours(2) }, [s_one]));
        _time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(TimeSpan.FromMinutes(90), book.Add(Rule("b"), [s_one]));
        Assert.Equal(TimeSpan.FromMinutes(10), book.Add(Rule("c"), [s_two]));
    }

    [Fact]
    public void A_rule_is_forgotten_when_its_time_is_up()
    {
        var book = Book();
        book.Add(Rule("a"), [s_one]);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.False(book.Has("host/zeek", 7, "a"));
        Assert.Empty(book.Remove("host/zeek", 7, "a"));
    }

    [Fact]
    public void The_cap_on_rules_in_force_lets_new_ones_in_as_old_ones_end()
    {
        var book = Book(new ResponderOptions { MaxRules = 2 });
        book.Add(Rule("a"), [s_one]);
        book.Add(Rule("b"), [s_two]);

        Assert.Contains("respond.max_rules", book.WhyNot(Rule("c")), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(book.WhyNot(Rule("c")));
    }

    [Fact]
    public void The_cap_on_rules_an_hour_counts_those_that_ended_too()
    {
        var book = Book(new ResponderOptions { MaxPerHour = 2 });
        book.Add(Rule("a"), [s_one]);
        _time.Advance(TimeSpan.FromMinutes(20));
        book.Add(Rule("b"), [s_two]);

        _time.Advance(TimeSpan.FromMinutes(39));
        Assert.Contains("respond.max_per_hour", book.WhyNot(Rule("c")), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(book.WhyNot(Rule("c")));
    }

    [Theory]
    [InlineData(0, 0, "without a time")]
    [InlineData(-1, 0, "without a time")]
    [InlineData(25 * 60, 0, "respond.max_time")]
    [InlineData(10, 61, "respond.max_age")]
    public void A_rule_for_too_long_or_too_late_is_refused(int minutes, int secondsOld, string why) =>
        Assert.Contains(why, Book().WhyNot(Rule("a") with { Expire = TimeSpan.FromMinutes(minutes), Sent = _time.GetUtcNow().AddSeconds(-secondsOld) }), StringComparison.Ordinal);

    private DropBook Book(ResponderOptions? options = null) => new(options ?? new ResponderOptions(), _time);

    private Drop Rule(string name) => Drops.Pair("192.0.2.1", "192.0.2.2", name) with { Sent = _time.GetUtcNow() };
}
