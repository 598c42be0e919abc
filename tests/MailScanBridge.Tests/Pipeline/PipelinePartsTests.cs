using MailScanBridge.Tests.Support;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>What is inside of a mail, on a request's way: Zeek's parts compared with ours, and the programs that unpack.</summary>
public sealed class PipelinePartsTests : IAsyncDisposable
{
    private readonly PipelineHost _host = new();

    private static byte[] Text => "hello"u8.ToArray();

    [Fact]
    public async Task A_part_that_is_not_in_its_mail_is_told_of_the_mail_or_of_the_part_that_came_too_late()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var mail = "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello"u8.ToArray();
        node.Ask(1, Text, r => r with { Fuid = "F1" });
        node.Ask(2, "other words"u8.ToArray(), r => r with { Fuid = "F2" });
        node.Ask(3, mail, r => r with { Kind = "message", Fuid = "F0", ParentFuid = null });
        Assert.Equal("suspicious", (await node.VerdictAsync(3)).Verdict);
        Assert.Equal(["Mail.PartsDiffer"], node.Verdicts.First(v => v[3].AsCount() == 3)[9].AsVector().Select(n => n.AsString()));
        Assert.Equal(("clean", "clean"), ((await node.VerdictAsync(1)).Verdict, (await node.VerdictAsync(2)).Verdict));

        node.Ask(4, mail, r => r with { Kind = "message", Fuid = "F10", ParentFuid = null });
        Assert.Equal("clean", (await node.VerdictAsync(4)).Verdict);
        node.Ask(5, Text, r => r with { Fuid = "F11", ParentFuid = "F10" });
        node.Ask(6, "other words"u8.ToArray(), r => r with { Fuid = "F12", ParentFuid = "F10" });
        Assert.Equal(("clean", "suspicious"), ((await node.VerdictAsync(5)).Verdict, (await node.VerdictAsync(6)).Verdict));
        Assert.Equal((4, 2), (_host.Count("mailscan.parts.compared"), _host.Count("mailscan.parts.differ")));
    }

    [Fact]
    public async Task Parts_that_an_earlier_daemon_accepted_are_compared_too()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, "other words"u8.ToArray(), r => r with { Fuid = "F1" });
        await node.VerdictAsync(1);
        await _host.StopAsync();
        await _host.StartAsync();
        await node.GreetAsync();

        node.Ask(2, "From: a@b.example\r\nSubject: x\r\n\r\nhello"u8.ToArray(), r => r with { Kind = "message", Fuid = "F0", ParentFuid = null });

        Assert.Equal("suspicious", (await node.VerdictAsync(2)).Verdict);
    }

    [Fact]
    public async Task A_new_version_of_a_program_that_unpacks_is_another_set_of_rules()
    {
        var program = new VersionedUnpacker();
        _host.Parts = _host.Parts with { ExternalUnpackers = [program] };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var before = Rules();
        program.Fingerprint = "7z 27.00";

        await Wait.UntilAsync(() => Rules() != before, "another name of the rules");

        string Rules() => node.Heard.Last(e => e.Name == "MailScan::bridge_status").Args[0].AsVector()[9].AsString();
    }

    private sealed class VersionedUnpacker : IExternalUnpacker
    {
        public string Name => "7z";

        public string Fingerprint { get; set; } = "7z 26.02";

        public bool Takes(string type, string reason) => false;

        public (string Reason, string Detail)? Unpack(ScanItem item, IReadOnlyList<string> passwords, TakeMember take, CancellationToken cancellationToken) => null;
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();
}
