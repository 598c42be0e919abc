namespace MailScanBridge.Samples.MailPcap;

/// <summary>One sample.</summary>
/// <param name="File">Its file name in samples/mail.</param>
/// <param name="Content">The mail.</param>
/// <param name="Verdict">What the whole message is on a machine with nothing but the built-in scanner.</param>
/// <param name="Reason">The reason that goes with it, or nothing.</param>
/// <param name="End">How its transfer ends in all.pcap.</param>
internal sealed record SampleMail(string File, byte[] Content, string Verdict, string Reason = "", MailEnd End = MailEnd.Whole);
