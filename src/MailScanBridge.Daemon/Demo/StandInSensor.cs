using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using MailScanBridge.Intake;
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
        var events = Channel.CreateUnbounded<ZeekEvent>();
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
                Publish(SensorEvents.Drain(options.Node, _incarnation, _open.Count));
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

        Publish(SensorEvents.Bye(options.Node, _incarnation, trace: true, _open.Count));
        await stop.CancelAsync();
        await reading;
    }

    private async Task ReadAsync(ChannelWriter<ZeekEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in client.ReadAllAsync(cancellationToken))
            {
                events.TryWrite(message.Event);
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
            Publish(SensorEvents.Hello(options.Node, _incarnation, trace: true, options.Spool, _open.Count, now));
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
            Publish(SensorEvents.Request(open.Request));
        }
    }

    private FileRequest Request(SensorFile file, string path, DateTimeOffset now) => new()
    {
        Proto = 1,
        Node = options.Node,
        Incarnation = _incarnation,
        Seqno = ++_seqno,
        Attempt = 1,
        Ts = now,
        Sent = now,
        Path = path,
        Kind = file.Kind,
        Source = "SMTP",
        Fuid = file.Kind == "message" ? FuidOf(file.Family) : SensorEvents.Id('F', _random),
        ParentFuid = file.Kind == "message" ? null : FuidOf(file.Family),
        Uid = SensorEvents.Id('C', _random),
        OrigH = IPAddress.Parse("192.0.2.10"),
        OrigP = new PortNumber((ushort)(1024 + (_seqno % 60000)), 1),
        RespH = IPAddress.Parse("198.51.100.25"),
        RespP = new PortNumber(25, 1),
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

    /// <summary>The whole mail's, which its parts name as their parent.</summary>
    private string FuidOf(object family) => _families.TryGetValue(family, out var fuid) ? fuid : _families[family] = SensorEvents.Id('F', _random);

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
        Publish(SensorEvents.Request(open.Request));
    }

    /// <summary>Handles one event; true where it brought the run forward.</summary>
    private bool Handle(ZeekEvent e, Action<SensorRow> rows)
    {
        switch (e.Name)
        {
            case "MailScan::bridge_status":
                Status(e.Args[0].AsVector());
                return false;
            case "MailScan::accepted" when IsOurs(e.Args[0], e.Args[1]):
                foreach (var seqno in e.Args[2].AsVector())
                {
                    if (_open.TryGetValue(seqno.AsCount(), out var open))
                    {
                        open.Accepted = true;
                    }
                }

                return true;
            case "MailScan::verdict" when e.Args[0].AsVector() is var fields && IsOurs(fields[1], fields[2]):
                Verdict(fields, rows);
                return true;
            default:
                return false;
        }
    }

    private bool IsOurs(ZeekValue node, ZeekValue incarnation) => node.AsString() == options.Node && incarnation.AsCount() == _incarnation;

    private void Status(IReadOnlyList<ZeekValue> status)
    {
        var now = time.GetUtcNow();
        _lastHeartbeat = now;
        _credit = (int)status[6].AsCount();
        _helloPause = TimeSpan.FromMilliseconds(200);
        var epoch = status[2].AsCount();
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

    private void Verdict(IReadOnlyList<ZeekValue> fields, Action<SensorRow> rows)
    {
        var seqno = fields[3].AsCount();
        Publish(SensorEvents.Ack(options.Node, _incarnation, seqno));
        if (!_answered.Add(seqno))
        {
            Repeats++;
            return;
        }

        if (_open.Remove(seqno, out var open))
        {
            rows(new SensorRow(
                seqno, open.File.Label, open.File.Kind, fields[15].AsString(), fields[5].AsString(), fields[6].AsString(), fields[7].AsString(),
                [.. fields[9].AsVector().Select(n => n.AsString())], time.GetUtcNow() - open.Request.Ts));
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

    private void Publish(ZeekEvent e) => client.Publish(Topics.Request(options.Bridge), e);

    private sealed class Open(SensorFile file, FileRequest request, DateTimeOffset sent)
    {
        public SensorFile File { get; } = file;
        public FileRequest Request { get; set; } = request;
        public DateTimeOffset Sent { get; set; } = sent;
        public bool Accepted { get; set; }
    }
}
