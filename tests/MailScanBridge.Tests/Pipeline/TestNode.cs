using System.Collections.Concurrent;
using MailScanBridge.Intake;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>A Zeek node that does only what a test tells it: it sends, and keeps what it hears.</summary>
internal sealed class TestNode
{
    private readonly PipelineHost _host;
    private readonly ZeekClient _client;
    private readonly ConcurrentQueue<ZeekEvent> _heard = new();

    private TestNode(PipelineHost host, ZeekClient client)
    {
        _host = host;
        _client = client;
    }

    public const string Name = "host/zeek";

    /// <summary>Connects, and waits until pipeline and node hear each other.</summary>
    public static async Task<TestNode> ConnectAsync(PipelineHost host)
    {
        var node = new TestNode(host, host.NewClient("node"));
        node._client.Subscribe(Topics.Bridge(PipelineHost.BridgeName));
        node._client.Subscribe($"mailscan.reply.{Topics.Escape(Name)}.");
        await node._client.StartAsync(Wait.Token);
        _ = node.ListenAsync();
        await node.GreetAsync();
        return node;
    }

    public IReadOnlyList<ZeekEvent> Heard => [.. _heard];

    /// <summary>Every verdict heard, repeats too.</summary>
    public IReadOnlyList<IReadOnlyList<ZeekValue>> Verdicts => [.. _heard.Where(e => e.Name == "MailScan::verdict").Select(e => e.Args[0].AsVector())];

    public IReadOnlyList<ulong> Accepted => [.. _heard.Where(e => e.Name == "MailScan::accepted").SelectMany(e => e.Args[2].AsVector()).Select(v => v.AsCount())];

    public void Publish(ZeekEvent e) => _client.Publish(Topics.Request(PipelineHost.BridgeName), e);

    /// <summary>Says hello until answered by this pipeline.</summary>
    public async Task GreetAsync()
    {
        var before = Answers();
        var hello = SensorEvents.Hello(Name, 7, false, _host.Spool, 0, DateTimeOffset.UtcNow);
        var next = DateTimeOffset.MinValue;
        await Wait.UntilAsync(
            () =>
            {
                if (DateTimeOffset.UtcNow >= next)
                {
                    Publish(hello);
                    next = DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(100);
                }

                return Answers() > before;
            },
            "an answer to hello");

        int Answers() => _heard.Count(e => e.Name == "MailScan::bridge_status" && e.Args[0].AsVector()[10].AsString() == Name);
    }

    /// <summary>Writes a file into the spool and makes the request for it.</summary>
    public FileRequest Extract(ulong seqno, byte[] content, Func<FileRequest, FileRequest>? change = null)
    {
        var path = Path.Combine(_host.Spool, $"file-{seqno}");
        File.WriteAllBytes(path, content);
        var request = Make.Request(seqno, path, content) with { Ts = DateTimeOffset.UtcNow, Sent = DateTimeOffset.UtcNow };
        return change?.Invoke(request) ?? request;
    }

    public void Ask(FileRequest request) => Publish(SensorEvents.Request(request));

    public void Ask(ulong seqno, byte[] content, Func<FileRequest, FileRequest>? change = null) => Ask(Extract(seqno, content, change));

    public void Acknowledge(ulong seqno, ulong revision = 1) => Publish(SensorEvents.Ack(Name, 7, seqno, revision));

    /// <summary>The verdict on a request: kind and reason.</summary>
    public async Task<(string Verdict, string Reason)> VerdictAsync(ulong seqno)
    {
        IReadOnlyList<ZeekValue>? verdict = null;
        await Wait.UntilAsync(() => (verdict = Verdicts.FirstOrDefault(v => v[3].AsCount() == seqno)) is not null, $"the verdict on {seqno}");
        return (verdict![5].AsString(), verdict[6].AsString());
    }

    private async Task ListenAsync()
    {
        await foreach (var message in _client.ReadAllAsync())
        {
            _heard.Enqueue(message.Event);
        }
    }
}
