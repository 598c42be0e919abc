using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Verdicts;

/// <summary>A part of a mail as Zeek cut it.</summary>
/// <param name="Seqno">Of its request.</param>
/// <param name="Fuid">Zeek's name for it.</param>
/// <param name="Name">As declared; hostile.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">As Zeek computed it, lower-case hex.</param>
public sealed record ZeekPart(ulong Seqno, string Fuid, string? Name, ulong Size, string Sha256);

/// <summary>
/// Remembers, within bounds, which parts Zeek cut each mail into, until the mail is unpacked here, and then what was found in the
/// mail, for parts that come later. Zeek asks about the parts before it asks about their mail, so that they are here in time, and a
/// part is late only where its request was lost and sent again: then it is its own verdict that says that it is not in the mail.
/// What is forgotten is not compared; no answer waits for anything here. Safe for concurrent use.
/// </summary>
public sealed class MailPartsBook(MailPartsOptions options, MailScanMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MailKey, LinkedListNode<Mail>> _mails = [];
    private readonly LinkedList<Mail> _byAge = []; // first noted: first
    private int _hashes;

    /// <summary>Notes a part that can be compared: one of a mail, seen whole, with Zeek's hash. Anything else, and the same part again, changes nothing.</summary>
    public void Note(FileRequest request)
    {
        if (options.MaxHashes == 0 || request is not { Kind: "part", Complete: true, Sha256: { Length: 64 } hash, ParentFuid: { Length: > 0 } parent })
        {
            return;
        }

        lock (_lock)
        {
            var mail = Mail_NeedsLock(new MailKey(request.Node, request.Incarnation, parent));
            if (mail.Parts.Exists(p => p.Seqno == request.Seqno))
            {
                return;
            }

            if (mail.Parts.Count >= options.MaxPerMail)
            {
                metrics.PartNotCompared();
                return;
            }

            var part = new ZeekPart(request.Seqno, request.Fuid, Printable.Decode(request.Filename), request.SeenBytes, hash.ToLowerInvariant());
            mail.Parts.Add(part);
            if (mail.Members is not null)
            {
                mail.Late.Add(part.Seqno);
            }

            _hashes++;
            Trim_NeedsLock();
        }
    }

    /// <summary>
    /// Compares what was unpacked of a request with what Zeek cut: a mail with all parts noted so far, a part that was noted after its mail
    /// was compared with what was found in the mail.
    /// </summary>
    /// <param name="request">The request that is scanned.</param>
    /// <param name="unpacked">Its file and what is inside, still on the disk.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How it went; null where there is nothing to compare.</returns>
    public PartCheck? Compare(FileRequest request, UnpackResult unpacked, CancellationToken cancellationToken) => request switch
    {
        { Kind: "message", Fuid.Length: > 0, Complete: true } => CompareMail(new MailKey(request.Node, request.Incarnation, request.Fuid), unpacked, cancellationToken),
        { Kind: "part", Complete: true, ParentFuid: { Length: > 0 } parent } => CompareLate(new MailKey(request.Node, request.Incarnation, parent), request, unpacked, cancellationToken),
        _ => null,
    };

    private PartCheck? CompareMail(MailKey key, UnpackResult unpacked, CancellationToken cancellationToken)
    {
        if (options.MaxHashes == 0 || unpacked.Problems.Any(p => p.Reason == Reasons.Limits))
        {
            return null; // Not all of its parts came out, which the verdict says anyhow.
        }

        var members = PartComparison.MembersOf(unpacked, cancellationToken);
        List<ZeekPart> parts;
        lock (_lock)
        {
            var mail = Mail_NeedsLock(key);
            parts = [.. mail.Parts];
            if (members.Count <= options.MaxPerMail)
            {
                _hashes += members.Count - (mail.Members?.Count ?? 0);
                mail.Members = members;
            }

            Trim_NeedsLock();
        }

        return Told(parts.Count, PartComparison.Missing(parts, members, unpacked, cancellationToken));
    }

    private PartCheck? CompareLate(MailKey key, FileRequest request, UnpackResult unpacked, CancellationToken cancellationToken)
    {
        HashSet<string> members;
        ZeekPart part;
        lock (_lock)
        {
            if (!_mails.TryGetValue(key, out var node) || node.Value is not { Members: { } known } mail || !mail.Late.Contains(request.Seqno))
            {
                return null;
            }

            members = known;
            part = mail.Parts.First(p => p.Seqno == request.Seqno);
        }

        return Told(1, PartComparison.IsAmong(members, unpacked.Items[0], cancellationToken) ? [] : [part]);
    }

    private PartCheck? Told(int compared, IReadOnlyList<ZeekPart> missing)
    {
        metrics.PartsCompared(compared, missing.Count);
        return compared == 0 ? null : new PartCheck(compared, missing);
    }

    private Mail Mail_NeedsLock(MailKey key)
    {
        if (_mails.TryGetValue(key, out var known))
        {
            return known.Value;
        }

        var mail = new Mail(key, time.GetTimestamp());
        _mails[key] = _byAge.AddLast(mail);
        return mail;
    }

    /// <summary>A mail costs at least one, so that those without a hash are bounded too.</summary>
    private void Trim_NeedsLock()
    {
        while (_byAge.First is { } first && (IsOld(first.Value) || _hashes + _mails.Count > options.MaxHashes))
        {
            if (first.Value is { Members: null } && !IsOld(first.Value))
            {
                metrics.PartsForgotten();
            }

            _byAge.RemoveFirst();
            _mails.Remove(first.Value.Key);
            _hashes -= first.Value.Parts.Count + (first.Value.Members?.Count ?? 0);
        }
    }

    private bool IsOld(Mail mail) => time.GetElapsedTime(mail.Since) > options.Keep;

    private readonly record struct MailKey(string Node, ulong Incarnation, string Fuid);

    private sealed class Mail(MailKey key, long since)
    {
        public MailKey Key => key;

        /// <summary>Timestamp of when it was heard of first.</summary>
        public long Since => since;

        public List<ZeekPart> Parts { get; } = [];

        /// <summary>Seqnos of the parts that were noted after the mail had been compared.</summary>
        public HashSet<ulong> Late { get; } = [];

        /// <summary>Hashes of what was found in it; null until it is unpacked. Never changed.</summary>
        public HashSet<string>? Members { get; set; }
    }
}
