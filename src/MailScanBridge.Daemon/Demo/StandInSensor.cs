using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Demo;

/// <summary>
/// Plays the sensor's part of docs/contract.md where there is no Zeek: says hello until answered, asks on credit, sends again
/// what is not accepted and, at a new epoch, everything that is open, acknowledges verdicts, and gives each file one row.
/// One run at a time.
/// </summary>
internal sealed class StandInSensor(StandInOptions options, ZeekClient client, TimeProvider time)
{
    private readonly Dictionary<ulong, Open> _open = [];
    private readonly HashSet<ulong> _answered = [];
    private readonly Queue<SensorFile> _backlog = new();
    private readonly Dictionary<object, string> _families = new(ReferenceEqualityComparer.Instance);
    private readonly Random _random = new();
    private ulong _incarnation;
    private ulong _seqno;
    private ulong _epoch;
    private int _credit;
    private int _fileNumber;
    private DateTimeOffset _lastHeartbeat;
    private DateTimeOffset _nextHello;
    private TimeSpan _helloPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Verdicts that came a second time, and were acknowledged and not counted again.</summary>
    public int Repeats { get; private set; }

    /// <summary>Requests published again.</summary>
    public int Resends { get; private set; }

    /// <summary>Asks about every file and waits, within the bounds, for every verdict.</summary>
    /// <param name="files">In the order in which they go by.</param>
    /// <param name="rows">Told each row as it is made.</param>
    /// <param name="cancellationToken">Ends the run without more rows.</param>
    public async Task RunAsync(IEnumerable<SensorFile> files, Action<SensorRow> rows, CancellationToken cancellationToken)
    {
        _incarnation = (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        client.Subscribe(Topics.Bridge(options.Bridge));
        client.Subscribe(Topics.Reply(options.Node, _incarnation));
        await client.StartAsync(cancellationToken);
        foreach (var file in files)
        {
            _backlog.Enqueue(file);
        }

        var started = time.GetUtcNow();
        var drained = false;
        var lastProgress = started;
        var events = Channel.CreateUnbounded<ZeekRawEvent>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(events.Writer, stop.Token);
        while (_backlog.Count + _open.Count > 0)
        {
            var now = time.GetUtcNow();
            SayHello(now);
            SendOnCredit(now);
            SendAgain(now);
            if (_backlog.Count == 0 && !drained)
            {
                drained = true;
                lastProgress = now;
                Publish(new NodeDrain(options.Node, _incarnation, (ulong)_open.Count));
            }

            if (_epoch == 0 ? now - started > options.StartWait : now - lastProgress > options.EndWait)
            {
                GiveUp(_epoch == 0 ? Reasons.NoBridge : Reasons.Timeout, now, rows);
                break;
            }

            using var pause = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), time);
            try
            {
                await events.Reader.WaitToReadAsync(pause.Token);
            }
            catch (OperationCanceledException) when (pause.IsCancellationRequested)
            {
                // Time to look at the clock again.
            }

            while (events.Reader.TryRead(out var e))
            {
                if (Handle(e, rows))
                {
                    lastProgress = time.GetUtcNow();
                }
            }
        }

        Publish(new NodeBye(options.Node, _incarnation, Trace: true, (ulong)_open.Count));
        await stop.CancelAsync();
        await reading;
    }

    private async Task ReadAsync(ChannelWriter<ZeekRawEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in client.ReadAllRawAsync(cancellationToken))
            {
                events.TryWrite(message);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run has ended.
        }
    }

    private void SayHello(DateTimeOffset now)
    {
        var silent = _epoch == 0 || now - _lastHeartbeat > TimeSpan.FromSeconds(3);
        if (silent && now >= _nextHello)
        {
            Publish(new NodeHelloEvent(new NodeHello(
                EventDecoder.Proto, options.Node, _incarnation, $"stand-in {ProductVersion.Text}", Trace: true, options.Spool, (ulong)_open.Count, now)));
            _nextHello = now + _helloPause;
            _helloPause = _helloPause * 2 < TimeSpan.FromSeconds(5) ? _helloPause * 2 : TimeSpan.FromSeconds(5);
        }
    }

    private void SendOnCredit(DateTimeOffset now)
    {
        while (_epoch != 0 && _backlog.Count > 0 && _open.Values.Count(o => !o.Accepted) < _credit && _open.Count < 2 * _credit)
        {
            var file = _backlog.Dequeue();
            var path = Path.Combine(options.Spool, $"stand-in-{_incarnation}-{++_fileNumber}");
            File.WriteAllBytes(path, file.Content);
            var open = new Open(file, Request(file, path, now), now);
            _open[open.Request.Seqno] = open;
            Publish(new FileRequestEvent(open.Request));
        }
    }

    private FileRequest Request(SensorFile file, string path, DateTimeOffset now) => new()
    {
        Proto = EventDecoder.Proto,
        Node = options.Node,
        Incarnation = _incarnation,
        Seqno = ++_seqno,
        Attempt = 1,
        Ts = now,
        Sent = now,
        Path = path,
        Kind = file.Kind,
        Source = "SMTP",
        Fuid = file.Kind == "message" ? FuidOf(file.Family) : NewId('F', _random),
        ParentFuid = file.Kind == "message" ? null : FuidOf(file.Family),
        Uid = NewId('C', _random),
        OrigH = IPAddress.Parse("192.0.2.10"),
        OrigP = new ZeekPort((ushort)(1024 + (_seqno % 60000)), ZeekPortProtocol.Tcp),
        RespH = IPAddress.Parse("198.51.100.25"),
        RespP = new ZeekPort(25, ZeekPortProtocol.Tcp),
        IsOrig = true,
        Filename = file.Filename,
        DeclaredType = file.DeclaredType,
        SeenBytes = (ulong)file.Content.Length,
        MissingBytes = file.Missing,
        OverflowBytes = 0,
        Cutoff = false,
        TimedOut = false,
        Complete = file.Missing == 0,
        Sha256 = file.Missing == 0 ? Convert.ToHexStringLower(SHA256.HashData(file.Content)) : null,
        Mail = file.Mail,
    };

    /// <summary>An identifier in Zeek's manner: a letter and 17 letters and digits.</summary>
    private static string NewId(char letter, Random random) =>
        letter + new string(random.GetItems<char>("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 17));

    /// <summary>The whole mail's, which its parts name as their parent.</summary>
    private string FuidOf(object family) => _families.TryGetValue(family, out var fuid) ? fuid : _families[family] = NewId('F', _random);

    private void SendAgain(DateTimeOffset now)
    {
        foreach (var open in _open.Values.Where(o => !o.Accepted && now - o.Sent > options.AcceptWithin))
        {
            Repeat(open, now);
        }
    }

    private void Repeat(Open open, DateTimeOffset now)
    {
        open.Sent = now;
        open.Request = open.Request with { Attempt = open.Request.Attempt + 1, Sent = now };
        Resends++;
        Publish(new FileRequestEvent(open.Request));
    }

    /// <summary>Handles one event; true where it brought the run forward.</summary>
    private bool Handle(ZeekRawEvent e, Action<SensorRow> rows)
    {
        switch (e.Name)
        {
            case "MailScan::bridge_status":
                Status(e.As<BridgeStatusEvent>().S);
                return false;
            case "MailScan::accepted" when e.As<Accepted>() is var accepted && IsOurs(accepted.Node, accepted.Incarnation):
                foreach (var seqno in accepted.Seqnos)
                {
                    if (_open.TryGetValue(seqno, out var open))
                    {
                        open.Accepted = true;
                    }
                }

                return true;
            case "MailScan::verdict" when e.As<VerdictEvent>().V is var verdict && IsOurs(verdict.Node, verdict.Incarnation):
                Verdict(verdict, rows);
                return true;
            default:
                return false;
        }
    }

    private bool IsOurs(string node, ulong incarnation) => node == options.Node && incarnation == _incarnation;

    private void Status(BridgeStatus status)
    {
        var now = time.GetUtcNow();
        _lastHeartbeat = now;
        _credit = (int)status.Credit;
        _helloPause = TimeSpan.FromMilliseconds(200);
        var epoch = status.Epoch;
        var isNew = _epoch != 0 && epoch != _epoch;
        _epoch = epoch;
        if (isNew)
        {
            foreach (var open in _open.Values)
            {
                open.Accepted = false;
                Repeat(open, now);
            }
        }
    }

    private void Verdict(VerdictRecord verdict, Action<SensorRow> rows)
    {
        var seqno = verdict.Seqno;
        Publish(new VerdictAck(options.Node, _incarnation, [seqno], [verdict.Revision]));
        if (!_answered.Add(seqno))
        {
            Repeats++;
            return;
        }

        if (_open.Remove(seqno, out var open))
        {
            rows(new SensorRow(
                seqno, open.File.Label, open.File.Kind, verdict.DetectedType, verdict.Verdict, verdict.Reason, verdict.Detail, verdict.Names, time.GetUtcNow() - open.Request.Ts));
        }
    }

    private void GiveUp(string reason, DateTimeOffset now, Action<SensorRow> rows)
    {
        foreach (var (seqno, open) in _open)
        {
            rows(new SensorRow(seqno, open.File.Label, open.File.Kind, "", Words.Of(VerdictKind.Unscanned), reason, "", [], now - open.Request.Ts));
        }

        foreach (var file in _backlog)
        {
            rows(new SensorRow(0, file.Label, file.Kind, "", Words.Of(VerdictKind.Unscanned), reason, "", [], TimeSpan.Zero));
        }

        _backlog.Clear();
    }

    private void Publish<T>(T e)
        where T : IZeekEvent<T> => client.Publish(Topics.Request(options.Bridge), e);

    private sealed class Open(SensorFile file, FileRequest request, DateTimeOffset sent)
    {
        public SensorFile File { get; } = file;
        public FileRequest Request { get; set; } = request;
        public DateTimeOffset Sent { get; set; } = sent;
        public bool Accepted { get; set; }
    }
}
