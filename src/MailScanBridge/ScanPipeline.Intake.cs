using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Telemetry;
using MailScanBridge.Zeek;

namespace MailScanBridge;

/// <content>From the wire to the journal, and the answer to that.</content>
internal sealed partial class ScanPipeline
{
    private long _refused;
    private long _refusedTold;

    private async Task IntakeLoopAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in _client.ReadAllRawAsync(cancellationToken))
        {
            switch (Decode(message))
            {
                case FileRequest request:
                    if (Take(request) is { } taken)
                    {
                        await _accepting.WaitAsync(cancellationToken);
                        _ = AcceptAsync(taken);
                    }

                    break;
                case VerdictAck ack:
                    Note(ack);
                    break;
                case Ledger ledger:
                    _ = ReckonAsync(ledger, cancellationToken);
                    break;
                case NodeHello hello:
                    Welcome(hello);
                    break;
                case NodeDrain drain:
                    Log.NodeDrain(_logger, Printable.Text(drain.Node), drain.Open);
                    break;
                case NodeBye bye:
                    Farewell(bye, cancellationToken);
                    break;
            }
        }
    }

    private void Note(VerdictAck ack)
    {
        foreach (var (seqno, revision) in ack.Seqnos.Zip(ack.Revisions))
        {
            var key = new RequestKey(ack.Node, ack.Incarnation, seqno);
            if (_queue.Find(key) is null)
            {
                _metrics.AckUnknown();
            }
            else
            {
                // At once: closing may wait for a disk, and what is acknowledged must not be sent again meanwhile.
                var acknowledged = (int)Math.Min(revision, int.MaxValue);
                _outbox.Remove(key, acknowledged);
                _closing.Writer.TryWrite((key, acknowledged));
            }
        }
    }

    private object? Decode(ZeekRawEvent message)
    {
        try
        {
            var decoded = EventDecoder.Decode(message.Name, message.Payload.Span);
            if (decoded is null)
            {
                _metrics.Unknown();
                if (FirstTime($"unknown {Printable.Text(message.Name, 80)}"))
                {
                    Log.UnknownEvent(_logger, Printable.Text(message.Name, 80), Printable.Text(message.Sender, 120));
                }
            }

            return decoded;
        }
        catch (Exception e) when (e is MalformedEventException or ZeekException)
        {
            _metrics.Malformed();
            if (FirstTime($"malformed {message.Name}"))
            {
                Log.MalformedEvent(_logger, Printable.Text(message.Sender, 120), e.Message);
            }

            return null;
        }
    }

    /// <summary>True once per kind, so that a peer that floods us does not flood the log; bounded, since names are hostile.</summary>
    private bool FirstTime(string kind) => _toldOnce.Count < 1000 && _toldOnce.TryAdd(kind, 0);

    /// <summary>The request with its file in the store; null where the disk refuses: not accepted, so the node will ask again.</summary>
    private ScanRequest? Take(FileRequest request)
    {
        if (request.Mail is { } mail && mail.Within(_options.MaxContext) is var within && within != mail)
        {
            _metrics.ContextCut();
            request = request with { Mail = within };
        }

        if (request.WithMetaWithin(_options.MaxContext) is var without && without != request)
        {
            _metrics.ContextCut();
            request = without;
        }

        if (request.Route is { } route && !_router.Offers(route))
        {
            _metrics.RouteUnknown();
            if (FirstTime("route " + route))
            {
                Log.RouteUnknown(_logger, Printable.Text(request.Node, 100), Printable.Text(route, 60));
            }
        }

        try
        {
            var known = _queue.Find(request.RequestKey);
            if (known is null && _stateFloor.IsLow)
            {
                _metrics.DiskRefused(); // Told once, when the floor was crossed.
                return null;
            }

            if (known is null)
            {
                _parts.Note(request); // Before it is accepted, so before its mail, which comes after it, is scanned.
            }

            // A repeat of what is done finds its key only, and says the rest itself.
            var taken = known is null ? _custody.Take(request) : known with { File = request };
            FaultPoints.Pass(FaultPoints.BeforeCommit);
            return taken;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _metrics.JournalFailed();
            Interlocked.Increment(ref _refused);
            TellOfTheJournal(e);
            return null;
        }
    }

    private async Task AcceptAsync(ScanRequest request)
    {
        try
        {
            var acceptance = await _queue.AcceptAsync(request, Epoch, WhyGiveUp(request), IsTrace(request.File));
            FaultPoints.Pass(FaultPoints.AfterCommit);
            if (acceptance.IsNew)
            {
                _metrics.Request();
                if (request.CustodyFailure is { } failure)
                {
                    _metrics.CustodyFailed();
                    Log.CustodyFailed(_logger, request.RequestKey, failure);
                }

                if (acceptance.Verdict is { } atOnce)
                {
                    Tell(request.File, atOnce);
                }
            }
            else
            {
                _metrics.RequestRepeated();
            }

            _accepted.Writer.TryWrite((request.RequestKey, request.File, acceptance.Verdict));
        }
        catch (Exception e)
        {
            // Not on the disk, so not accepted: the node will ask again.
            _metrics.JournalFailed();
            Interlocked.Increment(ref _refused);
            TellOfTheJournal(e);
        }
        finally
        {
            _accepting.Release();
        }
    }

    private void TellOfTheJournal(Exception e)
    {
        var last = Interlocked.Read(ref _refusedTold);
        if (last == 0 || _time.GetElapsedTime(last) >= TimeSpan.FromSeconds(10))
        {
            Interlocked.Exchange(ref _refusedTold, _time.GetTimestamp());
            Log.JournalFailed(_logger, Interlocked.Read(ref _refused), (e.InnerException ?? e).Message);
        }
    }

    private async Task AcceptedLoopAsync(CancellationToken cancellationToken)
    {
        var batch = new List<(RequestKey Key, FileRequest Request, Verdicts.Verdict? Verdict)>();
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            while (batch.Count < 1000 && _accepted.Reader.TryRead(out var one))
            {
                batch.Add(one);
            }

            var answerBy = _time.GetUtcNow() + _replyOptions.AnswerWithin;
            foreach (var node in batch.GroupBy(b => (b.Key.Node, b.Key.Incarnation)))
            {
                _client.Publish(
                    Topics.Reply(node.Key.Node, node.Key.Incarnation),
                    new Accepted(node.Key.Node, node.Key.Incarnation, [.. node.Select(b => b.Key.Seqno)], answerBy));
            }

            foreach (var (key, request, verdict) in batch)
            {
                if (verdict is not null)
                {
                    Answer(key, request, verdict);
                }
            }

            batch.Clear();
        }
    }

    private void Welcome(NodeHello hello)
    {
        RememberTrace(hello);
        if (_greeted.Count >= 1000)
        {
            _greeted.Clear(); // Each trace that is read is an incarnation of its own.
        }

        if (_greeted.TryAdd(new NodeLife(hello.Node, hello.Incarnation), 0))
        {
            Log.NodeHello(_logger, Printable.Text(hello.Node), hello.Incarnation, Printable.Text(hello.ZeekVersion, 40), hello.Trace ? "trace" : "live", hello.Open);
            if (hello.Spool.TrimEnd('/') != _custodyOptions.Spool.TrimEnd('/'))
            {
                Log.SpoolMismatch(_logger, Printable.Text(hello.Node), Printable.Text(hello.Spool), _custodyOptions.Spool);
            }
        }

        _client.Publish(Topics.Reply(hello.Node, hello.Incarnation), Status(hello.Node, hello.Incarnation));
        _outbox.NodeIsBack(hello.Node);
    }

    private void Farewell(NodeBye bye, CancellationToken cancellationToken)
    {
        var node = new NodeLife(bye.Node, bye.Incarnation);
        if (!_greeted.ContainsKey(node) && !_queue.Knows(node))
        {
            _metrics.ByeIgnored(); // Nothing of it is here that could be closed.
            return;
        }

        Log.NodeBye(_logger, Printable.Text(bye.Node), bye.Incarnation, bye.Open);
        if (!bye.Trace)
        {
            return;
        }

        _traceNodes.TryRemove((bye.Node, bye.Incarnation), out _);
        if (_outbox.NodeIsGone(node) is not { } keys)
        {
            _metrics.ByeIgnored();
            return;
        }

        foreach (var key in keys)
        {
            _closing.Writer.TryWrite((key, null));
        }

        if (_queue.Knows(node))
        {
            _ = RememberGoneAsync(node, cancellationToken);
        }
    }

    /// <summary>So that a restart does not send to it for a day.</summary>
    private async Task RememberGoneAsync(NodeLife node, CancellationToken cancellationToken)
    {
        try
        {
            await InsistAsync(() => _queue.MarkGoneAsync(node), cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The daemon stops first: what this node left is sent again after the start, and given up in time.
        }
    }
}
