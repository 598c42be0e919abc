using System.Text;
using MailScanBridge.Tests.Support;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

/// <summary>Mails made so that one program finds the attachment and another does not: it is found here, whoever else would show it.</summary>
public class MailEvasionTests
{
    private const string Top = "From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\n";
    private static readonly string s_base64 = Convert.ToBase64String(Make.Eicar);
    private static readonly string s_part = $"Content-Type: application/octet-stream; name=eicar.com\nContent-Transfer-Encoding: base64\n\n{s_base64}\n";
    private static readonly string s_body = $"\n--b\nContent-Type: text/plain\n\nhello\n--b\n{s_part}--b--\n";

    // How the mail's own headers may name the boundary.
    [Theory]
    [InlineData("Content-Type: multipart/mixed; boundary=b")]
    [InlineData("Content-Type(meow): multipart/mixed; boundary=b")]
    [InlineData("Content-Type(a (b (c)) d): multipart/mixed; boundary=b")]
    [InlineData("Content-Type (meow) : multipart/mixed; boundary=b")]
    [InlineData("Content-Type : multipart/mixed; boundary=b")]
    [InlineData("Content-Type\t: multipart/mixed; boundary=b")]
    [InlineData("CONTENT-TYPE:MULTIPART/MIXED;BOUNDARY=b")]
    [InlineData("Content-Type: multipart/mixed (a; boundary=a); boundary=b")]
    [InlineData("Content-Type: (x)multipart(y)/(z)mixed; boundary=b")]
    [InlineData("Content-Type: multipart/mixed; boundary=a; boundary=b")]
    [InlineData("Content-Type: multipart/mixed; boundary=b; boundary=a")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"a\"; boundary=\"b\"; boundary=\"c\"")]
    [InlineData("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\nContent-Type: text/plain")]
    [InlineData("Content-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b")]
    [InlineData("Content-Type:\n multipart/mixed;\n\tboundary=\n b")]
    [InlineData("Content-Type: multipart/mixed\n ;\n boundary\n =\n \"b\"")]
    [InlineData("Content-Type: multipart/mixed;\n x=\"\n boundary=a\";\n boundary=b")]
    [InlineData("Content-Type: multipart/mixed; boundary=b;")]
    [InlineData("Content-Type: multipart/mixed;;; boundary=b")]
    [InlineData("Content-Type: multipart/mixed boundary=b")]
    [InlineData("Content-Type: multipart/mixed, boundary=b")]
    [InlineData("Content-Type: multipart/mixed; boundary='b'")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"b")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"b \"")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"\\b\"")]
    [InlineData("Content-Type: multipart/mixed; boundary=b (comment)")]
    [InlineData("Content-Type: multipart/mixed; boundary*=us-ascii''b")]
    [InlineData("Content-Type: multipart/mixed; boundary*0=b")]
    [InlineData("Content-Type: multipart/mixed; boundary*0*=us-ascii''%62")]
    [InlineData("Content-Type: multipart/mixed; boundary==?us-ascii?q?b?=")]
    [InlineData("Content-Type: multipart; boundary=b")]
    [InlineData("Content-Type: multipart/; boundary=b")]
    [InlineData("Content-Type: multipart/x-unknown; boundary=b")]
    [InlineData("Content-Type: text/plain; boundary=b")]
    [InlineData("Content-Disposition: inline; boundary=b")]
    [InlineData("Content-Disposition: inline; boundary=b\nContent-Type: multipart/mixed")]
    [InlineData("Content-Type\0: multipart/mixed; boundary=b")]
    [InlineData("X-Junk\nContent-Type: multipart/mixed; boundary=b")]
    [InlineData(": x\nContent-Type: multipart/mixed; boundary=b")]
    [InlineData("Content-Transfer-Encoding: base64\nContent-Type: multipart/mixed; boundary=b")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\nContent-Type: multipart/mixed; boundary=b")]
    public void Whatever_names_the_boundary_the_attachment_is_found(string headers) => Found(Top + headers + "\n" + s_body);

    [Theory]
    [InlineData("Content-Type: multipart/mixed\n\0; boundary=b")]
    [InlineData("Content-Type: multipart/mixed")]
    public void Where_no_header_names_the_boundary_the_mail_is_not_clean(string headers)
    {
        using var unpacked = Unpacked.From(Encoding.Latin1.GetBytes((Top + headers + "\n" + s_body).ReplaceLineEndings("\r\n")), declaredType: ContentTypes.Mail);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    // Mails that are in order, and look a little like those.
    [Theory]
    [InlineData("Content-Type: text/plain; boundary=b\n\nno such line\n")]
    [InlineData("Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 7bit\n\ntwice the same\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n\n--b--\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n-- \nA. Name\nContent-Type: a\n\n--b--\nan epilogue\n")]
    public void What_all_programs_read_alike_is_not_flagged(string rest)
    {
        using var unpacked = Unpacked.From(Top + rest);
        Assert.Equal([], unpacked.Result.Problems.Select(p => $"{p.Reason}: {p.Detail}"));
    }

    // How the boundary lines and the part between them may look.
    [Theory]
    [InlineData("--b\nX\n--b \t\nPART\n--b--\n")]
    [InlineData("--bPART\n--b--\n")]
    [InlineData("--b\nPART")]
    [InlineData("--b--\n--b\nPART\n--b--\n")]
    [InlineData("--b\n\nx\n--b--\n\n--b\nPART\n--b--\n")]
    [InlineData("--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\nPART\n--b--\n--b--\n")]
    [InlineData("--b\nContent-Type: multipart/mixed; boundary=\"b-\"\n\n--b-\nPART\n--b---\n--b--\n")]
    [InlineData("--b\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: z\nContent-Type(x): multipart/mixed; boundary=c\n\n--c\nPART\n--c--\n--b--\n")]
    [InlineData("--b\nContent-Type: multipart/alternative; boundary=c; boundary=d\n\n--d\nPART\n--d--\n--c--\n--b--\n")]
    public void Whatever_the_lines_look_like_the_attachment_is_found(string body) =>
        Found(Top + "Content-Type: multipart/mixed; boundary=b\n\n" + body.Replace("PART", s_part, StringComparison.Ordinal));

    // How the part's transfer encoding may be named and broken.
    [Theory]
    [InlineData("Content-Transfer-Encoding: base64 (x)", "BASE64")]
    [InlineData("Content-Transfer-Encoding: (x) base64", "BASE64")]
    [InlineData("Content-Transfer-Encoding: \"base64\"", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base64;", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base64; x=y", "BASE64")]
    [InlineData("Content-Transfer-Encoding:\n base64", "BASE64")]
    [InlineData("Content-Transfer-Encoding : base64", "BASE64")]
    [InlineData("Content-Transfer-Encoding(x): base64", "BASE64")]
    [InlineData("Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit", "BASE64")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\nContent-Transfer-Encoding: base64", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: quoted-printable", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base64, 7bit", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base 64", "BASE64")]
    [InlineData("Content-Transfer-Encoding: =?us-ascii?q?base64?=", "BASE64")]
    [InlineData("Content-Transfer-Encoding: base64", "SPACED")]
    [InlineData("Content-Transfer-Encoding: base64", "JUNK")]
    [InlineData("Content-Transfer-Encoding: base64", "PADDED")]
    public void Whatever_names_the_encoding_the_attachment_is_found_or_said_not_to_be(string headers, string encoded)
    {
        var content = encoded switch
        {
            "SPACED" => string.Join(" \t\n", s_base64.Chunk(3).Select(c => new string(c))),
            "JUNK" => string.Join("!*", s_base64.Chunk(5).Select(c => new string(c))),
            "PADDED" => Convert.ToBase64String(Make.Eicar.AsSpan(0, 31)) + "\n" + Convert.ToBase64String(Make.Eicar.AsSpan(31)),
            _ => s_base64,
        };
        var mail = Top + $"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream; name=eicar.com\n{headers}\n\n{content}\n--b--\n";
        using var unpacked = Unpacked.From(mail);
        Assert.True(HasEicar(unpacked) || unpacked.Result.Problems.Count > 0, "not found, and nothing said");
    }

    private static void Found(string mail)
    {
        using var unpacked = Unpacked.From(Encoding.Latin1.GetBytes(mail.ReplaceLineEndings("\r\n")), declaredType: ContentTypes.Mail);
        Assert.True(HasEicar(unpacked), $"not found; {string.Join("; ", unpacked.Result.Problems.Select(p => $"{p.Reason}: {p.Detail}"))}");
    }

    private static bool HasEicar(Unpacked unpacked) => unpacked.Contents.Any(c => c.Contains(Encoding.ASCII.GetString(Make.Eicar), StringComparison.Ordinal));
}
