using MailScanBridge.Queue;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Queue;

public sealed class FairQueueTests
{
    private readonly FairQueue<string> _queue = new();

    [Fact]
    public async Task Each_origin_has_its_turn_and_its_own_order()
    {
        foreach (var item in (string[])["a1", "a2", "a3", "a4", "b1", "c1", "b2"])
        {
            _queue.Add(item[..1], item);
        }

        Assert.Equal(7, _queue.Count);
        Assert.Equal(["a1", "b1", "c1"], _queue.Foremost().Order());
        var taken = new List<string>();
        while (_queue.Count > 0)
        {
            taken.Add(await _queue.TakeAsync(Wait.Token));
        }

        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3", "a4"], taken);
        Assert.Empty(_queue.Foremost());
    }

    [Fact]
    public async Task What_goes_first_goes_before_every_origins_own()
    {
        _queue.Add("a", "a1");
        _queue.Add("b", "b1");
        _queue.AddFirst("x");

        Assert.Equal(3, _queue.Count);
        Assert.Contains("x", _queue.Foremost());
        Assert.Equal("x", await _queue.TakeAsync(Wait.Token));
        Assert.Equal("a1", await _queue.TakeAsync(Wait.Token));
        Assert.Equal("b1", await _queue.TakeAsync(Wait.Token));
    }

    [Fact]
    public async Task One_that_waits_is_woken_and_can_be_cancelled()
    {
        var waiting = _queue.TakeAsync(Wait.Token);
        _queue.Add("a", "x");
        Assert.Equal("x", await waiting);
        using var stop = new CancellationTokenSource();
        var cancelled = _queue.TakeAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _queue.Add("a", "y");
        Assert.Equal("y", await _queue.TakeAsync(Wait.Token));
    }

    [Fact]
    public async Task Many_at_once_lose_and_repeat_nothing()
    {
        const int each = 2000;
        var takers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var mine = new List<string>();
            for (var i = 0; i < each; i++)
            {
                mine.Add(await _queue.TakeAsync(Wait.Token));
            }

            return mine;
        })).ToList();
        Parallel.For(0, 4 * each, i => _queue.Add($"o{i % 7}", $"{i}"));
        var all = (await Task.WhenAll(takers)).SelectMany(m => m).ToList();
        Assert.Equal(4 * each, all.Distinct().Count());
        Assert.Equal(0, _queue.Count);
    }
}
