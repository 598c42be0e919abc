using MailScanBridge.Intake;

namespace MailScanBridge.Queue;

/// <summary>The right to scan one request, once. The attempt is on the disk before the lease is handed out.</summary>
/// <param name="Request">What to scan.</param>
/// <param name="Attempt">1 for the first scan of this request; more than the limit means: give up.</param>
/// <param name="Received">When the request was accepted.</param>
/// <param name="LastCause">Why the attempt before ended without a verdict; null for the first, or after a crash.</param>
/// <param name="Revision">Of the verdict to come: 1, or 2 where the request was answered without a scan and its file kept for later.</param>
public sealed record ScanLease(ScanRequest Request, int Attempt, Arrival Received, string? LastCause, int Revision = 1);
