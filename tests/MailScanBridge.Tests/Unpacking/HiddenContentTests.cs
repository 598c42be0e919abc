using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Containers;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

/// <summary>Content that stands where other programs look and a plain reader does not: behind an end, in another encoding, in pieces.</summary>
public class HiddenContentTests
{
    private const string Secret = "a file that is hidden, and long enough for more than a hundred letters of base64";

    // `echo -n hello | xz` and `echo -n world | xz`, with CRC32.
    private static readonly byte[] s_xzHello = Convert.FromBase64String("/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAEaGVsbG8AAAAAhqYQNgABGQW86OzLkEKZDQEAAAAAAVla");
    private static readonly byte[] s_xzWorld = Convert.FromBase64String("/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAEd29ybGQAAAAAQxF3OgABGQW86OzLkEKZDQEAAAAAAVla");
    private static readonly byte[] s_jpeg = [0xFF, 0xD8, 0xFF, 0xE0, .. Enumerable.Repeat((byte)0x11, 400), 0xFF, 0xD9];

    private static string Base64 => Convert.ToBase64String(Encoding.ASCII.GetBytes(Secret));

    private static byte[] Zip()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream member = archive.CreateEntry("secret.txt", CompressionLevel.Optimal).Open();
            member.Write(Encoding.ASCII.GetBytes(Secret));
        }

        return zip.ToArray();
    }

    private static void AssertFound(Unpacked unpacked) => Assert.Contains(unpacked.Contents, c => c.TrimEnd() == Secret);

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(3)]
    public void All_streams_of_an_xz_are_read_with_padding_between_them(int padding)
    {
        using var unpacked = Unpacked.From([.. s_xzHello, .. new byte[padding], .. s_xzWorld]);
        Assert.Equal(["helloworld"], unpacked.Contents);
        Assert.Empty(unpacked.Result.Problems);
    }

    [Theory]
    [InlineData(32)] // streams of nothing
    [InlineData(0)] // padding
    public void An_xz_that_goes_on_and_on_with_nothing_can_be_stopped(int streamLength)
    {
        // `xz </dev/null`
        byte[] empty = Convert.FromBase64String("/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=");
        using var stop = new CancellationTokenSource();
        byte[] file = [.. empty, .. streamLength == 0 ? new byte[8 << 20] : Enumerable.Repeat(empty, (8 << 20) / streamLength).SelectMany(b => b)];
        using var watched = new CancelledHalfway(file, stop);
        using var streams = new XzStreams(watched, 1 << 20, stop.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => streams.ReadByte());
        Assert.InRange(watched.Position, 1, file.Length * 3 / 4);
    }

    [Fact]
    public void What_stands_behind_an_xz_and_is_none_is_said()
    {
        using var unpacked = Unpacked.From([.. s_xzHello, .. "something else"u8]);
        Assert.Equal(["hello"], unpacked.Contents);
        Assert.Equal([Reasons.Damaged], unpacked.Reasons);
    }

    [Fact]
    public void A_zip_that_ends_with_an_archive_or_document_of_another_kind_is_opened()
    {
        byte[] tar = MailScanBridge.Samples.MailPcap.Formats.TarFile.With("a.txt", "harmless"u8.ToArray());
        using var unpacked = Unpacked.From([.. tar, .. Zip()], name: "a.zip");
        Assert.Equal(ContentTypes.Tar, unpacked.Root.Type);
        AssertFound(unpacked);
    }

    [Fact]
    public void A_zip_inside_a_tar_is_opened_once()
    {
        using var unpacked = Unpacked.From(MailScanBridge.Samples.MailPcap.Formats.TarFile.With("a.zip", Zip()));
        Assert.Equal(["a.zip", "secret.txt"], unpacked.Parts.Select(p => p.Name));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Theory]
    [InlineData("Rar!\u001a\u0007\u0000", ContentTypes.Rar)]
    [InlineData("7z\u00bc\u00af'\u001c", ContentTypes.SevenZip)]
    public void An_archive_behind_a_picture_or_a_pdf_is_a_part(string signature, string type)
    {
        byte[] archive = [.. Encoding.Latin1.GetBytes(signature), .. new byte[40]];
        using var picture = Unpacked.From([.. s_jpeg, .. archive], name: "a.rar");
        Assert.Equal(type, picture.Parts.First().Type);
        Assert.NotEmpty(picture.Result.Problems);

        // Across the border of two windows of the search.
        byte[] pdf = [.. "%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"u8, .. Enumerable.Repeat((byte)' ', 64 * 1024 - 34 - 3), .. archive];
        using var document = Unpacked.From(pdf);
        Assert.Equal(type, document.Parts.First().Type);
    }

    public static TheoryData<string, bool> Utf16 => new() { { "utf-16", true }, { "utf-16", false }, { "utf-16BE", true }, { "utf-16BE", false } };

    [Theory]
    [MemberData(nameof(Utf16))]
    public void Pages_and_xml_are_read_in_utf_16_of_either_order_with_a_mark_and_without(string charset, bool mark)
    {
        Encoding encoding = Encoding.GetEncoding(charset);
        byte[] Encode(string text) => [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        using var page = Unpacked.From(Encode($"<html><body><a download=x href=\"data:text/plain;base64,{Base64}\">x</a></body></html>"));
        Assert.Equal(ContentTypes.Html, page.Root.Type);
        AssertFound(page);

        using var xml = Unpacked.From(Encode($"<?xml version=\"1.0\" encoding=\"utf-16\"?><pkg:package><pkg:part><pkg:binaryData>{Base64}</pkg:binaryData></pkg:part></pkg:package>"));
        Assert.Equal(ContentTypes.Xml, xml.Root.Type);
        AssertFound(xml);
    }

    public static TheoryData<string> BinaryParts
    {
        get
        {
            string front = Base64[..16], back = Base64[16..];
            return
            [
                $"<x:binaryData>{Base64}</x:binaryData>",
                $"<binaryData\n>{Base64}</binaryData>",
                $"<w:binData x:name='a.bin'>{Base64}</w:binData>",
                $"<pkg:binaryData><![CDATA[{Base64}]]></pkg:binaryData>",
                $"<pkg:binaryData>{front}<!-- a --><?b c?>{back}</pkg:binaryData>",
                $"<pkg:binaryData>{front}&#10;{back}</pkg:binaryData>",
                $"<a><![CDATA[<!--]]></a><pkg:binaryData>{Base64}</pkg:binaryData><a><![CDATA[-->]]></a>",
                $"<pdf xmlns=\"http://ns.adobe.com/xdp/pdf/\"><document><chunk>{Base64}</chunk></document></pdf>",
            ];
        }
    }

    [Theory]
    [MemberData(nameof(BinaryParts))]
    public void Binary_parts_of_xml_are_found_however_they_are_written(string part)
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes($"<?xml version=\"1.0\"?><root>{part}</root>"));
        AssertFound(unpacked);
        Assert.Empty(unpacked.Result.Problems);
    }

    public static TheoryData<string> Pages
    {
        get
        {
            // A literal is taken out where it decodes to something known, as this text is.
            string[] pieces = [.. Base64.Chunk(20).Select(c => new string(c))];
            return
            [
                $"<div id=x>{Base64}</div><script>f(x.innerText)</script>",
                $"<script>f(`\n{string.Join('\n', Base64[..60], Base64[60..])}\n`)</script>",
                $"<script>f([{string.Join(", ", pieces.Select(p => $"\"{p}\""))}].join(''))</script>",
                $"<script>f({string.Join("\n + ", pieces.Select(p => $"'{p}'"))})</script>",
                $"<script>f(new Uint8Array([{string.Join(',', Secret.Select(c => (int)c))}]))</script>",
                $"<script>f([{string.Join(", ", Secret.Select(c => $"0x{(int)c:X2}"))},])</script>",
                $"<script>f(String.fromCharCode({string.Join(',', Secret.Select(c => (int)c))}))</script>",
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Files_that_a_script_puts_together_are_found(string body)
    {
        // Long enough that a literal made of pieces counts.
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes($"<html><body>{body}</body></html>"));
        AssertFound(unpacked);
    }

    [Theory]
    [InlineData("<p>a page of words, numbers (1, 2, 3) and more</p><script>var a = ['one', 'two', 'three'], b = [300, 1, 2];</script>")]
    [InlineData("<script>var words = ['alpha','beta'], sizes = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51];</script>")]
    public void Words_and_numbers_of_honest_pages_are_no_files(string body)
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes($"<html><body>{body}</body></html>"));
        Assert.Empty(unpacked.Parts);
    }

    private static string Mail => $"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64}\r\n--b--\r\n";

    [Theory]
    [InlineData("a line that is no header\r\n", "a.eml")]
    [InlineData("one\r\ntwo\r\n\r\n", "a.mht")]
    [InlineData("one\r\ntwo\r\n\r\n", "a.doc")]
    [InlineData("%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n", "a.doc")]
    [InlineData("%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n", null)]
    public void A_mail_behind_something_else_is_read_where_a_program_finds_it(string front, string? name)
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes(front + Mail), name: name);
        AssertFound(unpacked);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void A_mail_quoted_in_a_text_stays_text()
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes("The mail below could not be delivered.\r\n\r\n" + Mail), name: "bounce.txt");
        Assert.Empty(unpacked.Parts);
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_file_attached_to_an_entry_of_a_calendar_is_a_part()
    {
        string line = $"ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=\"a:b.txt\":{Base64}";
        string folded = string.Join("\r\n ", line.Chunk(40).Select(c => new string(c)));
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes($"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH:https://a.example/x\r\n{folded}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"));
        ScanItem part = Assert.Single(unpacked.Parts);
        Assert.Equal(("a:b.txt", "text/plain"), (part.Name, part.DeclaredType));
        AssertFound(unpacked);

        using var broken = Unpacked.From("BEGIN:VCALENDAR\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:!!!\r\nEND:VCALENDAR\r\n");
        Assert.Equal([Reasons.Damaged], broken.Reasons);
    }

    private static byte[] Signed(byte[] content, bool detached)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var signed = new SignedCms(new ContentInfo(content), detached);
        signed.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate));
        return signed.Encode();
    }

    [Fact]
    public void A_signed_mail_is_read_and_a_signature_beside_one_is_nothing_more()
    {
        // So long a text that the few bytes around it do not show.
        string mail = "From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + string.Concat(Enumerable.Repeat("words and more words\r\n", 1000))
            + $"\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64}\r\n--b--\r\n";
        using var opaque = Unpacked.From(Signed(Encoding.ASCII.GetBytes(mail), detached: false));
        Assert.Equal(ContentTypes.Cms, opaque.Root.Type);
        AssertFound(opaque);
        Assert.Empty(opaque.Result.Problems);

        byte[] signature = Signed(Encoding.ASCII.GetBytes(mail), detached: true);
        using var beside = Unpacked.From(signature);
        Assert.Equal(ContentTypes.Cms, beside.Root.Type);
        Assert.Empty(beside.Parts);
        Assert.Empty(beside.Result.Problems);

        using var cut = Unpacked.From(signature[..(signature.Length / 2)]);
        Assert.Equal([Reasons.Damaged], cut.Reasons);
    }

    [Fact]
    public void What_is_encrypted_for_somebody_is_said()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var enveloped = new EnvelopedCms(new ContentInfo("words"u8.ToArray()));
        enveloped.Encrypt(new CmsRecipient(certificate));
        using var smime = Unpacked.From(enveloped.Encode());
        Assert.Equal([Reasons.Encrypted], smime.Reasons);

        using var pgp = Unpacked.From("Hello,\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n-----END PGP MESSAGE-----\r\n");
        Assert.Equal([Reasons.Encrypted], pgp.Reasons);
    }

    private sealed class CancelledHalfway(byte[] content, CancellationTokenSource stop) : MemoryStream(content)
    {
        public override int ReadByte()
        {
            if (Position > Length / 2)
                stop.Cancel();
            return base.ReadByte();
        }
    }
}
