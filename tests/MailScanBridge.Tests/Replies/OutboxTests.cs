using MailScanBridge.Replies;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Replies;

public sealed class OutboxTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<(string Topic, VerdictEvent Event)> _sent = [];
    private readonly Outbox _outbox;

    public OutboxTests() => _outbox = NewOutbox(new ReplyOptions { Resend = TimeSpan.FromSeconds(1), MaxResend = TimeSpan.FromSeconds(5) });

    [Fact]
    public void A_verdict_is_sent_at_once_to_its_nodes_own_topic()
    {
        _outbox.Send(Make.Request(), Make.Verdict());

        var (topic, sent) = Assert.Single(_sent);
        Assert.Equal("mailscan.reply.host%2fzeek.7.", topic);
        Assert.Equal("MailScan::verdict", SensorEvents.Untyped(sent).Name);
        Assert.Equal(1, _outbox.Count);
    }

    [Fact]
    public void What_nobody_acknowledges_for_a_day_is_given_up_and_nothing_sooner()
    {
        _outbox.Send(Make.Request(1), Make.Verdict(), TimeSpan.FromHours(2)); // recovered from the journal
        _outbox.Send(Make.Request(2), Make.Verdict());
        Assert.Empty(_outbox.Expired());

        _time.Advance(TimeSpan.FromHours(23));

        Assert.Equal(Make.Request(1).RequestKey, Assert.Single(_outbox.Expired()));
    }

    [Fact]
    public void Of_more_than_may_wait_the_oldest_are_given_up()
    {
        var outbox = NewOutbox(new ReplyOptions { MaxUnacknowledged = 2 });
        for (var seqno = 1UL; seqno <= 4; seqno++)
        {
            Assert.Equal(seqno < 4 ? 0 : 1, outbox.Surplus().Count);
            outbox.Send(Make.Request(seqno), Make.Verdict());
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([Make.Request(1).RequestKey, Make.Request(2).RequestKey], outbox.Surplus());
    }

    [Fact]
    public void It_is_sent_again_with_doubled_pauses_up_to_the_cap()
    {
        _outbox.Send(Make.Request(), Make.Verdict());
        var first = _sent[0];

        var at = new List<int>();
        for (var second = 1; second <= 25; second++)
        {
            var before = _sent.Count;
            _time.Advance(TimeSpan.FromSeconds(1));
            _outbox.Resend();
            if (_sent.Count > before)
            {
                at.Add(second);
            }
        }

        Assert.Equal([1, 3, 7, 12, 17, 22], at);
        Assert.All(_sent, s => Assert.Equal(first, s));
    }

    [Fact]
    public void An_acknowledged_verdict_is_not_sent_again_and_the_others_are()
    {
        _outbox.Send(Make.Request(1), Make.Verdict());
        _outbox.Send(Make.Request(2), Make.Verdict());
        _outbox.Remove(Make.Request(1).RequestKey);
        _outbox.Remove(Make.Request(3).RequestKey);

        _time.Advance(TimeSpan.FromSeconds(1));
        _outbox.Resend();

        Assert.Equal([1UL, 2UL, 2UL], _sent.Select(Seqno));
    }

    [Fact]
    public void A_verdict_that_is_sent_twice_is_kept_once()
    {
        _outbox.Send(Make.Request(), Make.Verdict());
        _outbox.Send(Make.Request(), Make.Verdict());

        Assert.Equal((2, 1), (_sent.Count, _outbox.Count));
    }

    [Fact]
    public void A_node_that_is_back_gets_what_waits_for_it_at_once()
    {
        _outbox.Send(Make.Request(1), Make.Verdict());
        _outbox.Send(Make.Request(2, node: "other"), Make.Verdict());
        _time.Advance(TimeSpan.FromSeconds(1));
        _outbox.Resend();
        _sent.Clear();

        _outbox.NodeIsBack("host/zeek");
        _outbox.Resend();

        Assert.Equal([1UL], _sent.Select(Seqno));
    }

    [Fact]
    public void A_trace_that_is_gone_names_what_nobody_will_acknowledge()
    {
        _outbox.Send(Make.Request(1), Make.Verdict());
        _outbox.Send(Make.Request(2), Make.Verdict());
        _outbox.Send(Make.Request(3, incarnation: 8), Make.Verdict());

        var keys = _outbox.NodeIsGone(new NodeLife("host/zeek", 7));

        Assert.Equal([1UL, 2UL], keys!.Select(k => k.Seqno).Order());
        Assert.True(_outbox.IsGone(new RequestKey("host/zeek", 7, 99)));
        Assert.False(_outbox.IsGone(new RequestKey("host/zeek", 8, 3)));
    }

    [Fact]
    public void No_more_ends_of_traces_are_remembered_than_the_limit_and_each_for_a_time()
    {
        var outbox = NewOutbox(new ReplyOptions { MaxGone = 2 });
        Assert.NotNull(outbox.NodeIsGone(new NodeLife("a", 1)));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(outbox.NodeIsGone(new NodeLife("b", 1)));

        Assert.Null(outbox.NodeIsGone(new NodeLife("c", 1)));
        Assert.False(outbox.IsGone(new RequestKey("c", 1, 1)));
        Assert.NotNull(outbox.NodeIsGone(new NodeLife("a", 1)));

        _time.Advance(TimeSpan.FromHours(24.5));
        Assert.NotNull(outbox.NodeIsGone(new NodeLife("c", 1)));
        Assert.True(outbox.IsGone(new RequestKey("c", 1, 1)));
    }

    [Fact]
    public void A_step_of_the_wall_clock_neither_holds_up_what_is_due_nor_gives_up_what_is_not()
    {
        var wall = new SteppedClock(_time);
        var outbox = NewOutbox(new ReplyOptions { Resend = TimeSpan.FromSeconds(1) }, wall);
        outbox.Send(Make.Request(), Make.Verdict());
        wall.Step = TimeSpan.FromDays(-3);
        _time.Advance(TimeSpan.FromSeconds(1));
        outbox.Resend();
        Assert.Equal(2, _sent.Count);

        wall.Step = TimeSpan.FromDays(3);
        Assert.Empty(outbox.Expired());
    }

    [Fact]
    public void One_round_sends_no_more_than_its_limit_and_the_longest_waiting_first()
    {
        var outbox = NewOutbox(new ReplyOptions { MaxPerRound = 3 });
        for (var seqno = 1UL; seqno <= 5; seqno++)
        {
            outbox.Send(Make.Request(seqno), Make.Verdict());
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        _sent.Clear();
        outbox.Resend();
        outbox.Resend();

        Assert.Equal([1UL, 2UL, 3UL, 4UL, 5UL], _sent.Select(Seqno));
    }

    private static ulong Seqno((string Topic, VerdictEvent Event) sent) => sent.Event.V.Seqno;

    private Outbox NewOutbox(ReplyOptions options, TimeProvider? time = null) => new(
        (topic, e) =>
        {
            _sent.Add((topic, e));
            return PublishResult.Sent;
        },
        options,
        new MailScanMetrics(),
        time ?? _time);
}
