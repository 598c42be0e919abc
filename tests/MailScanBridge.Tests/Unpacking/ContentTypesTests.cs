using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class ContentTypesTests
{
    [Theory]
    [InlineData("From: a@b.example\r\nSubject: x\r\n\r\nhello", ContentTypes.Mail)]
    [InlineData("\r\nReceived: by x\r\n with y\r\nFrom: a@b.example\r\n\r\nhello", ContentTypes.Mail)]
    [InlineData("From alice Mon Mar  2 09:00:00 2026\nFrom: a@b.example\nTo: b@c.example\n\nhello", ContentTypes.Mbox)]
    [InlineData("Dear all,\n\nFrom: here to there: it is far.\n", ContentTypes.Text)]
    [InlineData("%PDF-1.4\n1 0 obj", ContentTypes.Pdf)]
    [InlineData("junk in front of it\n%PDF-1.4\n1 0 obj", ContentTypes.Pdf)]
    [InlineData("{\\rtf1\\ansi hello}", ContentTypes.Rtf)]
    [InlineData("{\\rt{\\object\\objdata 0105}", ContentTypes.Rtf)]
    [InlineData("<!DOCTYPE html><html></html>", ContentTypes.Html)]
    [InlineData("no page at all, yet <script>run()</script>", ContentTypes.Html)]
    [InlineData("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", ContentTypes.Svg)]
    [InlineData("<?xml version=\"1.0\"?><note/>", ContentTypes.Xml)]
    [InlineData("<!-- a page --> <p class=x>", ContentTypes.Html)]
    [InlineData("<font size=1>x", ContentTypes.Html)]
    [InlineData("<html><hta:application id=x></html>", ContentTypes.HtmlApplication)]
    [InlineData("#!/bin/sh\necho hello\n", ContentTypes.ShellScript)]
    [InlineData("#!/usr/bin/env python3\nprint(1)\n", ContentTypes.PythonScript)]
    [InlineData("@echo off\r\nsetlocal\r\n", ContentTypes.BatchScript)]
    [InlineData("var s = new ActiveXObject('WScript.Shell');\n", ContentTypes.JavaScript)]
    [InlineData("Set s = CreateObject(\"WScript.Shell\")\n", ContentTypes.VisualBasic)]
    [InlineData("$c = New-Object Net.WebClient; IEX($c.DownloadString('x'))", ContentTypes.PowerShell)]
    [InlineData("[InternetShortcut]\r\nURL=http://x.example/\r\n", ContentTypes.InternetShortcut)]
    [InlineData("Nothing but words, of which a function is one.\n", ContentTypes.Text)]
    [InlineData("MZ is how some words in Georgian begin, it seems, but this is a text all the same, and long.", ContentTypes.Text)]
    [InlineData("", ContentTypes.Empty)]
    public void Text_is_told_apart_by_its_habits(string content, string type) =>
        Assert.Equal(type, ContentTypes.Detect(Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData("504B0304", ContentTypes.Zip)]
    [InlineData("D0CF11E0A1B11AE1", ContentTypes.Ole)]
    [InlineData("377ABCAF271C", ContentTypes.SevenZip)]
    [InlineData("526172211A0700", ContentTypes.Rar)]
    [InlineData("1F8B08", ContentTypes.Gzip)]
    [InlineData("425A6839314159265359", ContentTypes.Bzip2)]
    [InlineData("FD377A585A00", ContentTypes.Xz)]
    [InlineData("789F3E22", ContentTypes.Tnef)]
    [InlineData("7F454C46", ContentTypes.Elf)]
    [InlineData("CFFAEDFE", ContentTypes.MachO)]
    [InlineData("4C0000000114020000000000", ContentTypes.WindowsShortcut)]
    [InlineData("E4525C7B8CD8A74DAEB15378D02996D3", ContentTypes.OneNote)]
    [InlineData("89504E470D0A1A0A", "image/png")]
    [InlineData("4D534346000000000000", ContentTypes.Cabinet)]
    [InlineData("00000000DEADBEEF01020304", ContentTypes.Unknown)]
    public void Binaries_are_told_apart_by_their_signatures(string hex, string type) =>
        Assert.Equal(type, ContentTypes.Detect(Convert.FromHexString(hex)));

    [Fact]
    public void A_program_is_known_by_the_header_that_its_first_header_points_to()
    {
        byte[] program = [.. "MZ"u8, .. new byte[58], 0x40, 0, 0, 0, .. "PE\0\0"u8];
        Assert.Equal(ContentTypes.PortableExecutable, ContentTypes.Detect(program));
        Assert.Equal(ContentTypes.DosExecutable, ContentTypes.Detect([.. "MZ"u8, .. new byte[62]]));
    }

    [Fact]
    public void A_tar_is_known_by_its_checksum_though_it_names_no_format()
    {
        byte[] tar = TarFile.With("a", [1]);
        Assert.Equal(ContentTypes.Tar, ContentTypes.Detect(tar));
        tar[0] ^= 1;
        Assert.NotEqual(ContentTypes.Tar, ContentTypes.Detect(tar));
    }

    [Fact]
    public void A_mail_that_speaks_of_pdf_stays_a_mail() =>
        Assert.Equal(ContentTypes.Mail, ContentTypes.Detect("From: a@b.example\r\nSubject: x\r\n\r\n%PDF-1.4 is a header"u8));

    [Fact]
    public void Office_documents_with_macros_are_told_from_those_without()
    {
        using var folder = new TemporaryFolder();
        string plain = folder.Write("plain", WordDocument.With("x"));
        string macro = folder.Write("macro", WordDocument.With("x", VbaProject.With("M", "Sub A()\r\nEnd Sub\r\n")));
        string zip = folder.Write("zip", new ZipFile().Add("a.txt", [1]).ToArray());
        Assert.Equal(ContentTypes.Docx, ContentTypes.DetectFile(plain));
        Assert.Equal(ContentTypes.Docm, ContentTypes.DetectFile(macro));
        Assert.Equal(ContentTypes.Zip, ContentTypes.DetectFile(zip));
    }

    [Theory]
    [InlineData("WordDocument", ContentTypes.Word)]
    [InlineData("Workbook", ContentTypes.Excel)]
    [InlineData("PowerPoint Document", ContentTypes.PowerPoint)]
    [InlineData("__properties_version1.0", ContentTypes.OutlookMessage)]
    [InlineData("EncryptedPackage", ContentTypes.EncryptedOffice)]
    [InlineData("Something else", ContentTypes.Ole)]
    public void Compound_files_are_told_apart_by_their_streams(string stream, string type)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(type, ContentTypes.DetectFile(folder.Write("x", new CompoundFileWriter().Add(stream, new byte[5000]).ToArray())));
    }

    [Fact]
    public void A_broken_compound_file_keeps_its_type()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ContentTypes.Ole, ContentTypes.DetectFile(folder.Write("x", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 1, 2, 3])));
    }
}
