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
internal sealed partial class StandInSensor(StandInOptions options, ZeekClient client, TimeProvider time)
{
    private readonly Dictionary<ulong, Open> _open = [];
    private readonly HashSet<ulong> _answered = [];
    private IEnumerator<SensorFile> _backlog = Enumerable.Empty<SensorFile>().GetEnumerator();
    private SensorFile? _next;
    private DateTimeOffset? _sendingSince;
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

    /// <summary>Files that were asked about.</summary>
    public ulong Asked => _seqno;

    /// <summary>True once no new file will be asked about.</summary>
    public bool HasAskedAll { get; private set; }

    /// <summary>Time from the first answer to hello to the last new request.</summary>
    public TimeSpan SendingTook { get; private set; }

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
        _backlog = files.GetEnumerator();
        Advance();

        var started = time.GetUtcNow();
        var drained = false;
        var lastProgress = started;
        var events = Channel.CreateUnbounded<ZeekRawEvent>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(events.Writer, stop.Token);
        while (_next is not null || _open.Count > 0 || options.StayUntil?.Invoke() == false)
        {
            var now = time.GetUtcNow();
            SayHello(now);
            SendOnCredit(now);
            SendAgain(now);
            if (_next is null && !drained)
            {
                drained = true;
                HasAskedAll = true;
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
                EventDecoder.Proto, options.Node, _incarnation, $"stand-in {ProductVersion.Text}", Trace: true, options.DaemonSpool ?? options.Spool, (ulong)_open.Count, now)));
            _nextHello = now + _helloPause;
            _helloPause = _helloPause * 2 < TimeSpan.FromSeconds(5) ? _helloPause * 2 : TimeSpan.FromSeconds(5);
        }
    }

    private void SendOnCredit(DateTimeOffset now)
    {
        if (_epoch == 0 || _next is null)
        {
            return;
        }

        _sendingSince ??= now;
        SendingTook = now - _sendingSince.Value;
        if (SendingTook > options.SendFor)
        {
            _next = null;
            return;
        }

        var unaccepted = _open.Values.Count(o => !o.Accepted);
        for (; _next is { } file && unaccepted < _credit && _open.Count < 2 * _credit && IsDue(); unaccepted++)
        {
            var path = Path.Combine(options.Spool, $"stand-in-{_incarnation}-{++_fileNumber}");
            if (!Extract(path, file.Content))
            {
                return; // The spool is full: a little later.
            }

            Advance();
            var open = new Open(file, Request(file, Path.Combine(options.DaemonSpool ?? options.Spool, Path.GetFileName(path)), now), now);
            _open[open.Request.Seqno] = open;
            Publish(new FileRequestEvent(open.Request));
        }
    }

    private static bool Extract(string path, byte[] content)
    {
        try
        {
            File.WriteAllBytes(path, content);
            return true;
        }
        catch (IOException e) when (e.HResult is LibC.NoSpace or LibC.OverQuota)
        {
            File.Delete(path);
            return false;
        }
    }

    private void Advance() => _next = _backlog.MoveNext() ? _backlog.Current : null;

    private bool IsDue() => options.Rate == 0 || _seqno < (SendingTook.TotalSeconds * options.Rate) + 1;

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

        for (; _next is { } file; Advance())
        {
            rows(new SensorRow(0, file.Label, file.Kind, "", Words.Of(VerdictKind.Unscanned), reason, "", [], TimeSpan.Zero));
        }
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
