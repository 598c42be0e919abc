using System.Diagnostics;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>The whole way from a mail to a cut line: Zeek sees it pass, the daemon finds it malicious, NetControl asks the responder, nftables drops; with CURVE keys.</summary>
public sealed class ZeekResponseTests(ITestOutputHelper output)
{
    [Fact(Timeout = 180_000)]
    public async Task A_malicious_mail_cuts_its_two_hosts_until_the_verdict_is_withdrawn_or_the_time_is_over_even_with_Zeek_and_responder_gone()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var sensor = await Support.Zeek.RequireAsync(cancellationToken);
        Require.Program("nft", "nftables");
        using var directory = new TemporaryDirectory();
        await using var namespaces = await Namespaces.RequireAsync(cancellationToken);
        await using var server = await MailServer.RequireAsync(namespaces, cancellationToken);
        var keys = new CurveKeys(Path.Combine(directory.Path, "curve"));
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, $"hub: {{ host: false, curve: {keys.Directory} }}\n", cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path, Namespaces.Hub, namespaces.Router);
        var environment = daemon.Environment.Concat(keys.Environment).ToDictionary();
        var withdraw = Path.Combine(directory.Sub("zeek"), "withdraw");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "withdraw.zeek"), WithdrawWhenAsked, cancellationToken);

        await using var zeek = new LiveZeek(
            sensor, namespaces, directory.Sub("zeek"), environment,
            [.. LiveZeek.OwnHub, Support.Zeek.Scripts, LiveZeek.Response, Path.Combine(directory.Path, "withdraw.zeek"), "MailScan::response_time=20sec", "MailScan::response_grace=5sec"]);
        await zeek.ListensAsync(cancellationToken);
        daemon.Start(arguments: ["--config", config]);
        await using var responder = new ChildProcess(
            [.. Namespaces.Prefix(namespaces.Router), "dotnet", DaemonProcess.Program, "respond", "--config", config], environment: daemon.Environment);
        await daemon.WaitUntilRunningAsync(cancellationToken);
        await responder.PrintsAsync("responder of bridge", cancellationToken);

        async Task CutAsync(int time)
        {
            Assert.True(await namespaces.ReachesAsync(cancellationToken));
            Assert.True(await server.ConnectsAsync(cancellationToken));
            // It is cut while it still says good-bye to the server, or not.
            await server.DeliverAsync(Repository.At("samples", "mail", "04-eicar-zip.eml"), cancellationToken);
            await Eventually.TrueAsync(() => zeek.Rows("mailscan_response").Count(r => r.Text("status") == "dropped") == time, "the pair is dropped", cancellationToken);
            Assert.False(await namespaces.ReachesAsync(cancellationToken));
            Assert.False(await server.ConnectsAsync(cancellationToken));
        }

        async Task BackAsync(string how)
        {
            var watch = Stopwatch.StartNew();
            while (!await namespaces.ReachesAsync(cancellationToken))
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(45), $"the pair was not let go: {how}");
            }

            Assert.True(await server.ConnectsAsync(cancellationToken));
            output.WriteLine($"{how}: back after {watch.Elapsed.TotalSeconds:0.0} s");
        }

        try
        {
            await CutAsync(1);
            await File.WriteAllTextAsync(withdraw, "", cancellationToken);
            await BackAsync("undrop");
            Assert.Single(zeek.Rows("mailscan_response"), r => r.Text("status") == "undone");

            await CutAsync(2);
            await BackAsync("Zeek's time");
            await Eventually.TrueAsync(() => zeek.Rows("mailscan_response").Any(r => r.Text("status") == "expired"), "the drop has expired", cancellationToken);
            Assert.Equal(4, responder.Output.Split("Let go").Length - 1); // Twice both directions: not the table's own time.

            await CutAsync(3);
            await zeek.Process.KillAsync();
            await responder.KillAsync();
            Assert.False(await namespaces.ReachesAsync(cancellationToken));
            await BackAsync("the table's own time, with Zeek and responder killed");
        }
        finally
        {
            output.WriteLine($"Zeek:\n{zeek.Output}\nresponder:\n{responder.Output}\ndaemon:\n{daemon.Output}");
            output.WriteLine(string.Join('\n', zeek.Rows("mailscan_response")));
        }

        var dropped = zeek.Rows("mailscan_response").First(r => r.Text("status") == "dropped");
        Assert.Equal((Namespaces.ClientAddress, Namespaces.ServerAddress, "pair"), (dropped.Text("id.orig_h"), dropped.Text("id.resp_h"), dropped.Text("action")));
    }

    /// <summary>As a later scan does that finds the files clean: every verdict that a drop rests on is withdrawn.</summary>
    private const string WithdrawWhenAsked = """
        module MailScan;

        global rests_on: set[count];

        event log_mailscan_response(rec: ResponseInfo)
        	{
        	add rests_on[rec$seqno];
        	}

        event look_for_withdrawal()
        	{
        	if ( file_size("withdraw") >= 0.0 )
        		{
        		unlink("withdraw");

        		for ( s in rests_on )
        			hook withdraw(our_node, our_incarnation, s, "a later scan says clean");
        		}

        	schedule 100msec { look_for_withdrawal() };
        	}

        event zeek_init()
        	{
        	event look_for_withdrawal();
        	}
        """;
}
