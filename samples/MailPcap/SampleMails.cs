using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;

namespace MailScanBridge.Samples.MailPcap;

/// <summary>The sample mails. All are harmless: what is "bad" in them is EICAR's test string or a structure without a payload.</summary>
internal static class SampleMails
{
    private const string Binary = "application/octet-stream";
    private const string Macro = "Sub AutoOpen()\r\n    MsgBox \"This macro does nothing else.\"\r\nEnd Sub\r\n";

    // Joined at run time only, so that neither this source nor the program is taken for the test file.
    private static byte[] Eicar => PdfFile.Ascii(string.Concat("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS", "-TEST-FILE!$H+H*"));

    // The first bytes of a Windows program, and nothing behind them that could run.
    private static byte[] Program => [.. "MZ"u8, .. new byte[58], 0x40, 0, 0, 0, .. "PE\0\0"u8, 0x4C, 0x01, .. new byte[250]];

    public static IReadOnlyList<SampleMail> All { get; } =
    [
        new("01-clean-text.eml", Mail("Lunch on Tuesday", 1).ToArrayPlain("Hi Bob,\n\nshall we have lunch on Tuesday?\n.\nA dot at the start of a line, as above, is doubled on the wire.\n\nAlice"), "clean"),
        new("02-clean-pdf.eml", Mail("Invoice 4711", 2).Text("The invoice is attached.").Attach("application/pdf", "invoice-4711.pdf", PdfFile.Page("Invoice 4711: 100 EUR")).ToArray(), "clean"),
        new("03-eicar-attachment.eml", Mail("A file for you", 3).Text("See attachment.").Attach(Binary, "eicar.com", Eicar).ToArray(), "malicious"),
        new("04-eicar-zip.eml", Mail("Scanned documents", 4).Text("See attachment.").Attach("application/zip", "scan.zip", Zipped()).ToArray(), "malicious"),
        new("05-eicar-zip-nested-message.eml", Mail("Fwd: Scanned documents", 5).Text("Look at what I was sent.").Forward(
            Mail("Scanned documents", 6).Text("See attachment.").Attach("application/zip", "scan.zip", Zipped()).ToArray()).ToArray(), "malicious"),
        new("06-eicar-winmail.eml", Mail("From Outlook", 7).Text("See attachment.").Attach("application/ms-tnef", "winmail.dat", TnefFile.With("report.doc", Eicar)).ToArray(), "malicious"),
        new("07-macro-document.eml", Mail("Order form", 8).Text("Please enable macros.").Attach("application/vnd.ms-word.document.macroEnabled.12", "order.docm",
            WordDocument.With("Please enable macros to fill in the form.", VbaProject.With("Module1", Macro))).ToArray(), "suspicious"),
        new("08-pdf-javascript.eml", Mail("Your statement", 9).Text("Your statement is attached.").Attach("application/pdf", "statement.pdf", ScriptedPdf).ToArray(), "suspicious"),
        new("09-double-extension.eml", Mail("Unpaid invoice", 10).Text("See attachment.").Attach("application/pdf", "invoice.pdf.exe", Program).ToArray(), "suspicious"),
        new("10-encrypted-zip.eml", Mail("Confidential", 11).Text("The password follows by phone.").Attach("application/zip", "confidential.zip",
            new ZipFile().Add("eicar.com", Eicar, "not-in-this-mail-4711").ToArray()).ToArray(), "unscanned", "encrypted"),
        new("11-truncated-attachment.eml", Cut(Mail("A long report", 12).Text("The report is attached.").Attach("application/pdf", "report.pdf", LongPdf).ToArray()), "unscanned", "truncated", MailEnd.Lost),
        new("12-hostile-name.eml", Mail("A name to be careful with", 13).Text("The attachment's name tries to break out of every quoting.").AttachEncoded("text/plain",
            "report\n\"quoted\" $(touch pwned) `id`; rm -rf ~ | ..\\..\\evil.txt", "Nothing but a name.\r\n"u8.ToArray()).ToArray(), "clean"),
        new("13-program.eml", Mail("The tool you asked for", 14).Text("See attachment.").Attach(Binary, "tool.exe", Program).ToArray(), "unscanned", "no_scanner"),
        new("14-right-to-left-name.eml", Mail("Holiday pictures", 15).Text("See attachment.").AttachEncoded(Binary, "holiday\u202Egpj.scr", Program).ToArray(), "suspicious"),
        new("15-zip-bomb.eml", Mail("Large but well packed", 16).Text("See attachment.").Attach("application/zip", "data.zip", Bomb()).ToArray(), "unscanned", "limits"),
        new("16-pdf-escaped-names.eml", Mail("Voucher", 17).Text("Your voucher is attached.").Attach("application/pdf", "voucher.pdf",
            PdfFile.Page("Voucher", "/Open#41ction 6 0 R ", PdfFile.Ascii("<< /S /J#61vaScript /J#53 (app.alert\\('hello'\\);) >>"))).ToArray(), "suspicious"),
        new("17-newsletter.eml", Mail("Our news in March", 18).Text("Our news in March: nothing happened.")
            .Html("<!DOCTYPE html>\r\n<html><body><h1>Our news in March</h1><p>Nothing happened.</p></body></html>").ToArray("alternative"), "clean"),
        new("18-eicar-tar-gz.eml", Mail("Backup", 19).Text("See attachment.").Attach("application/gzip", "backup.tar.gz", Deflate.Gzip(TarFile.With("home/eicar.com", Eicar))).ToArray(), "malicious"),
        new("19-password-protected-document.eml", Mail("Salary letter", 20).Text("The password follows by phone.").Attach("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "letter.docx", LockedDocument).ToArray(), "unscanned", "encrypted"),
        new("20-clean-document-and-picture.eml", Mail("Minutes", 21).Text("Minutes and a picture are attached.").Attach("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "minutes.docx", WordDocument.With("We met, and agreed.")).Attach("image/png", "dot.png", Convert.FromBase64String(Dot)).ToArray(), "clean"),
        new("21-eicar-zip-password-in-text.eml", Mail("Your invoice", 22).Text("The archive is protected for your privacy.\r\nPassword: Kx7-2026").Attach("application/zip", "invoice.zip",
            new ZipFile().Add("eicar.com", Eicar, "Kx7-2026").ToArray()).ToArray(), "malicious"),
        new("22-html-smuggling.eml", Mail("Secure message", 23).Html("<!DOCTYPE html>\r\n<html><body><script>\r\nvar b = atob('" + Convert.ToBase64String(Zipped())
            + "');\r\nvar a = document.createElement('a'); a.href = URL.createObjectURL(new Blob([b])); a.download = 'scan.zip'; a.click();\r\n</script></body></html>").ToArray(), "malicious"),
    ];

    // One red pixel.
    private const string Dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    private static byte[] ScriptedPdf =>
        PdfFile.Page("Your statement", "/OpenAction 6 0 R ", PdfFile.Ascii("<< /S /JavaScript /JS (app.alert\\('hello'\\);) >>"));

    private static byte[] LongPdf => PdfFile.Page("A long report", "", PdfFile.Ascii($"({string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i} of a long report "))})"));

    // The outside of an encrypted Office document; what is inside does not matter without the password ([MS-OFFCRYPTO] 2.3.4.10).
    private static byte[] LockedDocument => new CompoundFileWriter()
        .Add("EncryptionInfo", [4, 0, 4, 0, 0x40, 0, 0, 0, .. Encoding.ASCII.GetBytes("<encryption xmlns=\"http://schemas.microsoft.com/office/2006/encryption\"/>")])
        .Add("EncryptedPackage", [.. Enumerable.Range(0, 6000).Select(i => (byte)(i * 167 + (i >> 5) * 13))])
        .ToArray();

    private static MailWriter Mail(string subject, int number) => new(subject, number);

    private static byte[] Zipped() => new ZipFile().Add("scan/eicar.com", Eicar).Add("scan/readme.txt", "Scanned documents.\r\n"u8.ToArray()).ToArray();

    // 32 MiB in 32 KiB.
    private static byte[] Bomb()
    {
        const int Matches = 130_055;
        var zeros = new byte[1 + 258 * Matches];
        return new ZipFile().AddPacked("zeros.bin", Deflate.Zeros(Matches), encrypted: false, Checksums.Crc32(zeros), zeros.Length).ToArray();
    }

    // In the middle, at the end of a line: so the lost part starts with a segment.
    private static byte[] Cut(byte[] mail) => mail[..(Array.LastIndexOf(mail, (byte)'\n', mail.Length / 2) + 1)];
}
