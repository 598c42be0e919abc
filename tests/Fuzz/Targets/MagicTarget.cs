using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Types;

namespace Fuzz.Targets;

/// <summary>What a file is, by its bytes.</summary>
internal sealed class MagicTarget : Target
{
    public override IReadOnlyList<byte[]> Tokens =>
    [
        .. Ascii("PK\x03\x04", "%PDF-", "{\\rtf", "MZ", "PE\0\0", "<html", "<?xml", "#!/bin/sh", "From: a\nTo: b\nSubject: c\n", "begin 644 a\n", "ustar", "CD001", "BEGIN:VCARD", "ID;P", "function", "WScript", "\x1f\x8b", "BZh", "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c"),
        [0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf], [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], [0x78, 0x9f, 0x3e, 0x22],
    ];

    // A zip's members are looked at for its kind, up to a limit each.
    public override long BytesAtMost => 8 * 1024 * 1024;

    public override long BytesForEach => 4096;

    protected override int Run(byte[] input)
    {
        var type = ContentTypes.Detect(input);
        Must(type.Contains('/', StringComparison.Ordinal) && type == type.ToLowerInvariant(), $"{type} is no media type");
        Must(input.Length > 0 || type == ContentTypes.Empty, "nothing is not empty");
        using var file = new MemoryStream(input, writable: false);
        var refined = type switch
        {
            ContentTypes.Zip => ZipTypes.Refine(file),
            ContentTypes.Ole => OleTypes.Refine(file),
            _ => type,
        };
        return HashCode.Combine(type.GetHashCode(StringComparison.Ordinal), refined.GetHashCode(StringComparison.Ordinal));
    }
}
