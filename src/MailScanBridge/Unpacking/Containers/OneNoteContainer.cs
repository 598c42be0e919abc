using System.Buffers.Binary;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Files embedded in a OneNote section: each FileDataStoreObject ([MS-ONESTORE] 2.6.13), found by its GUID.</summary>
internal sealed class OneNoteContainer : IContainer
{
    private const int HeaderLength = 16 + 8 + 4 + 8;

    private static readonly byte[] s_header = new Guid("bde316e7-2665-4511-a4c4-8d4d0b7a9eac").ToByteArray();

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.OneNote;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        byte[] section = parts.Whole(content, "a OneNote section");
        for (int at = 0; section.AsSpan(at).IndexOf(s_header) is var next and >= 0;)
        {
            parts.Token.ThrowIfCancellationRequested();
            at += next + s_header.Length;
            int data = at - s_header.Length + HeaderLength;
            if (data > section.Length)
                return;
            ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(section.AsSpan(at));
            int length = (int)Math.Min(stated, (ulong)(section.Length - data));
            if ((ulong)length < stated)
                parts.Problem(Reasons.Damaged, "an embedded file that ends past the end of the section");
            int start = data;
            parts.Read(null, null, () => new MemoryStream(section, start, length));
        }
    }
}
