using System.Text;
using MailScanBridge.Unpacking.Pdf;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Files that are embedded in a PDF (ISO 32000-1, 7.11.4).</summary>
internal sealed class PdfContainer : IContainer
{
    // The names under which one file can hang in a file specification's /EF.
    private static readonly string[] s_platforms = ["F", "UF", "DOS", "Mac", "Unix"];

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Pdf;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        PdfLimits limits = parts.Budget.Pdf;
        PdfFile file = PdfFile.Read(content, limits, parts.Token);
        foreach ((string reason, string detail) in file.Unseen)
            parts.Problem(reason, detail);

        if (file.IsEncrypted)
        {
            parts.Problem(Reasons.Encrypted, "strings, streams and embedded files are encrypted");
            return;
        }

        var names = new Dictionary<int, string?>();
        foreach (PdfObject o in file.Objects)
            Collect(o.Value, names, file);
        foreach (PdfObject o in file.Objects.Where(o => o.IsStream && (file.Resolve(o.Dictionary!.GetValueOrDefault("Type")).Any(t => t is PdfName { Value: "EmbeddedFile" }) || names.ContainsKey(o.Number))))
        {
            string? type = o.Dictionary!.Name("Subtype");
            parts.Write(names.GetValueOrDefault(o.Number), type?.ToLowerInvariant(), target => file.Decode(o, target, limits));
        }
    }

    // File specifications stand anywhere: in name trees, annotations, actions.
    private static void Collect(object? value, Dictionary<int, string?> names, PdfFile file)
    {
        var pending = new Stack<object?>();
        pending.Push(value);
        while (pending.TryPop(out object? next))
        {
            switch (next)
            {
                case List<object?> list:
                    foreach (object? item in list)
                        pending.Push(item);
                    break;
                case PdfDictionary dictionary:
                    foreach (PdfDictionary files in file.Resolve(dictionary.GetValueOrDefault("EF")).OfType<PdfDictionary>())
                    {
                        foreach (string platform in s_platforms)
                        {
                            if (files.GetValueOrDefault(platform) is PdfReference stream)
                                names.TryAdd(stream.Number, Text(dictionary.GetValueOrDefault("UF")) ?? Text(dictionary.GetValueOrDefault("F")));
                        }
                    }

                    foreach (object? item in dictionary.Values)
                        pending.Push(item);
                    break;
            }
        }
    }

    // Text string (7.9.2.2): UTF-16 with a mark, else close enough to Latin-1.
    private static string? Text(object? value) => value is not byte[] bytes ? null
        : bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2))
        : Encoding.Latin1.GetString(bytes);
}
