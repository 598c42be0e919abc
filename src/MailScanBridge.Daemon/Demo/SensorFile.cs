using MailScanBridge.Intake;

namespace MailScanBridge.Daemon.Demo;

/// <summary>A file as a sensor sees it go by: what Zeek would put into a request, and the content.</summary>
/// <param name="Label">For people: the mail's file name and the part's name.</param>
/// <param name="Kind"><c>message</c> or <c>part</c>.</param>
/// <param name="Content">Decoded as the protocol says.</param>
/// <param name="Missing">Bytes that were not seen.</param>
/// <param name="Filename">As declared.</param>
/// <param name="DeclaredType">Content-Type as declared.</param>
/// <param name="Mail">Of the mail it belongs to.</param>
/// <param name="Family">The same object for all files of one mail.</param>
internal sealed record SensorFile(
    string Label, string Kind, byte[] Content, ulong Missing, byte[]? Filename, byte[]? DeclaredType, MailContext Mail, object Family);

/// <summary>A row as the sensor would log it: one for each file, whatever happened to it.</summary>
internal sealed record SensorRow(
    ulong Seqno, string Label, string Kind, string Type, string Verdict, string Reason, string Detail, IReadOnlyList<string> Names, TimeSpan Latency);
