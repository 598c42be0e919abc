using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

public sealed class SelfTestTests : IDisposable
{
    private static readonly RouteStep s_content = new("content");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task It_passes_with_the_built_in_routes_and_leaves_nothing()
    {
        await RunAsync(ConfigLoader.Load(null, _ => null).Routes);

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task What_a_daemon_left_that_was_killed_in_it_does_not_keep_the_next_from_starting()
    {
        var work = Directory.CreateDirectory(Path.Combine(_folder.Path, "self-test", "work")).FullName;
        await File.WriteAllTextAsync(Path.Combine(work, "0001"), "left over", Wait.Token);

        await RunAsync([new Route("all", ["*"], [s_content])]);

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Routes_that_give_only_some_types_to_the_built_in_scanner_are_the_operators_choice() =>
        await RunAsync([new Route("zip", ["application/zip"], [s_content]), new Route("rest", ["*"], [new RouteStep("clamd")])]);

    [Fact]
    public async Task Limits_under_which_nothing_would_be_found_stop_the_start()
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => RunAsync([new Route("all", ["*"], [s_content])], new UnpackBudget { MaxDepth = 1 }));

        Assert.Contains("limits", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task RunAsync(IReadOnlyList<Route> routes, UnpackBudget? budget = null) =>
        SelfTest.RunAsync(_folder.Path, budget ?? new UnpackBudget(), routes, (IScanner[])[new ContentScanner()], TimeProvider.System, Wait.Token);
}
