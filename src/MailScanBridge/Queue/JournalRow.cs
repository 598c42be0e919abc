using MailScanBridge.Intake;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Queue;

/// <summary>How far a request has come. The numbers stand in the journal: never reuse one.</summary>
public enum RequestState
{
    /// <summary>On disk, without a verdict.</summary>
    Accepted = 0,

    /// <summary>Has a verdict that the node has not acknowledged.</summary>
    Answered = 1,

    /// <summary>Acknowledged, or its node is gone for good; its file is still in the store.</summary>
    Closed = 2,

    /// <summary>Its file is gone from the store; the row stays for a while so that a repeat is recognized.</summary>
    Done = 3,
}

/// <summary>One request in the journal.</summary>
/// <param name="Id">Row number: the order of acceptance.</param>
/// <param name="Request">What was asked, and the file taken.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Attempts">Scans started.</param>
/// <param name="Received">When it was accepted (wall clock).</param>
/// <param name="Verdict">The answer, once there is one.</param>
/// <param name="Logged">Whether the answer stands in the verdict log.</param>
/// <param name="Later">Whether the answer was given without a scan, and the file is to be scanned later.</param>
public sealed record JournalRow(
    long Id, ScanRequest Request, RequestState State, int Attempts, DateTimeOffset Received, Verdict? Verdict, bool Logged, bool Later = false);
