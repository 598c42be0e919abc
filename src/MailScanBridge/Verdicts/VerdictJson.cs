using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MailScanBridge.Intake;

namespace MailScanBridge.Verdicts;

/// <summary>A verdict as one line of JSON: in the daemon's verdict log, and on the command line.</summary>
internal static class VerdictJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the line, with its line feed.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="request">What was asked; its strings from the wire are escaped here.</param>
    /// <param name="verdict">What was answered; its strings are escaped already.</param>
    /// <param name="now">The line's own time.</param>
    /// <param name="more">Adds members at the end; null for none.</param>
    public static void WriteLine(IBufferWriter<byte> target, FileRequest request, Verdict verdict, DateTimeOffset now, Action<Utf8JsonWriter>? more = null)
    {
        using (var json = new Utf8JsonWriter(target, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", now);
            json.WriteString("node", JsonEncodedText.Encode(request.Node, JavaScriptEncoder.Default)); // found again by it, so escaped as JSON does
            json.WriteNumber("incarnation", request.Incarnation);
            json.WriteNumber("seqno", request.Seqno);
            json.WriteNumber("revision", Math.Max(1, verdict.Revision));
            json.WriteString("verdict", Words.Of(verdict.Kind));
            json.WriteString("reason", verdict.Reason);
            json.WriteString("detail", verdict.Detail);
            json.WriteNumber("score", verdict.Score);
            WriteArray(json, "names", verdict.Names);
            WriteArray(json, "tools", verdict.Tools);
            json.WriteNumber("parts_found", verdict.PartsFound);
            json.WriteNumber("parts_scanned", verdict.PartsScanned);
            json.WriteString("sha256", verdict.Sha256);
            json.WriteNumber("size", verdict.Size);
            json.WriteString("detected_type", verdict.DetectedType);
            json.WriteNumber("scan_time", Math.Round(verdict.ScanTime.TotalSeconds, 6));
            json.WriteNumber("epoch", verdict.Epoch);
            json.WriteString("ts", request.Ts);
            json.WriteString("kind", Printable.Text(request.Kind));
            json.WriteString("source", Printable.Text(request.Source));
            json.WriteString("fuid", Printable.Text(request.Fuid));
            json.WriteString("parent_fuid", request.ParentFuid is null ? null : Printable.Text(request.ParentFuid));
            json.WriteString("uid", request.Uid is null ? null : Printable.Text(request.Uid));
            json.WriteString("orig_h", request.OrigH?.ToString());
            json.WriteString("resp_h", request.RespH?.ToString());
            json.WriteString("filename", request.Filename is null ? null : Printable.Text(request.Filename, 500));
            json.WriteString("mailfrom", request.Mail?.MailFrom is { } from ? Printable.Text(from, 500) : null);
            json.WriteString("subject", request.Mail?.Subject is { } subject ? Printable.Text(subject, 500) : null);
            WriteMeta(json, request.Meta);
            more?.Invoke(json);
            json.WriteEndObject();
        }

        target.Write("\n"u8);
    }

    /// <summary>What the user's hooks added; left out where they added nothing.</summary>
    private static void WriteMeta(Utf8JsonWriter json, IReadOnlyDictionary<string, byte[]>? meta)
    {
        if (meta is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject("meta");
        foreach (var (key, value) in meta.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(Printable.Text(key, 100), Printable.Text(value, 500));
        }

        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
