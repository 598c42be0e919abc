using System.Text.Json;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Scan;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>The samples that attack the scanner rather than its user, each by name: what each must end as, and why it is here.</summary>
public sealed class HostileSampleTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "MailScanBridge.Tests", "Samples", "Hostile");

    [Fact]
    public void Every_sample_is_named_in_a_test() => Assert.Equal(
        Directory.GetFiles(s_folder).Select(f => Path.GetFileName(f)!).Where(f => f != "README.md").Order(StringComparer.Ordinal),
        typeof(HostileSampleTests).GetMethods().SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), false)).Cast<InlineDataAttribute>()
            .Select(d => (string)d.Data[0]!).Append("tar_symlink_escape.tar").Order(StringComparer.Ordinal));

    // Names that try to get out of a folder, into a shell, a log or a terminal.
    [Theory]
    [InlineData("eicar_traversal.zip", "malicious", "Eicar-Test-Signature")]
    [InlineData("mail_name_trav.eml", "malicious", "Eicar-Test-Signature")]
    [InlineData("eicar_rtlo.zip", "malicious", "Name.RightToLeft")]
    [InlineData("mail_double_ext.eml", "malicious", "Name.DoubleExtension")]
    [InlineData("eicar_fake_ext.pdf", "malicious", "Type.Mismatch")]
    [InlineData("docx_xxe.docx", "suspicious", "Office.XmlEntity")]
    [InlineData("docx_remote_template.docx", "suspicious", "Office.RemoteTemplate")]
    public async Task Injection(string name, string verdict, string finding)
    {
        var (actual, _, names, raw) = await ScanAsync(name);

        Assert.Equal(verdict, actual);
        Assert.Contains(finding, names);
        Assert.DoesNotContain(raw, c => char.IsControl(c) || c is '\u202e');
        Assert.False(File.Exists("/tmp/eicar_trav.com") || File.Exists("/tmp/pwn"), "a name was obeyed");
    }

    [Fact]
    public async Task A_link_in_an_archive_is_not_followed()
    {
        var (verdict, _, _, _) = await ScanAsync("tar_symlink_escape.tar");

        Assert.Equal("clean", verdict); // its members are read as data, and nothing is written where the link points
    }

    // What grows, nests or repeats without end: bounded, and never clean.
    [Theory]
    [InlineData("bomb_bz2_200M.bz2")]
    [InlineData("bomb_gz_300M.gz")]
    [InlineData("bomb_xz_200M.xz")]
    [InlineData("bomb_zip_50M.zip")]
    [InlineData("bomb_zip_nested4.zip")]
    [InlineData("bomb_zip_overlap_40G.zip")]
    [InlineData("eicar_many_clean.zip")]
    [InlineData("eicar_nested10.zip")]
    [InlineData("eicar_nested17.zip")]
    [InlineData("eicar_nested20.zip")]
    [InlineData("mail_20000_parts.eml")]
    [InlineData("mail_deep_multipart_2000.eml")]
    [InlineData("mail_rfc822_nested30.eml")]
    [InlineData("mail_rfc822_nested100.eml")]
    [InlineData("pdf_deep_nest_20000.pdf")]
    public async Task Bomb(string name)
    {
        var (verdict, reason, _, _) = await ScanAsync(name);

        Assert.Equal(("unscanned", "limits"), (verdict, reason));
    }

    // Nothing here decompresses them, so that nothing grows.
    [Theory]
    [InlineData("bomb_pdf_flate_200M.pdf", "clean")]
    [InlineData("bomb_pdf_doubleflate_300M.pdf", "clean")]
    [InlineData("mail_50000_headers.eml", "clean")]
    [InlineData("mail_long_header_1M.eml", "clean")]
    [InlineData("docx_billion_laughs.docx", "suspicious")]
    public async Task Bomb_that_stays_wrapped(string name, string verdict) => Assert.Equal(verdict, (await ScanAsync(name)).Verdict);

    // What one program reads in one way and another in another way: the reading that finds something counts.
    [Theory]
    [InlineData("mail_dup_boundary.eml")]
    [InlineData("mail_two_ct.eml")]
    [InlineData("mail_cr_only.eml")]
    [InlineData("mail_lf_only.eml")]
    [InlineData("mail_b64_junk.eml")]
    [InlineData("mail_b64_two_eq.eml")]
    [InlineData("mail_cte_garbage.eml")]
    [InlineData("mail_eicar_uu_body.eml")]
    [InlineData("mail_eicar_xuue.eml")]
    [InlineData("mail_no_end_boundary.eml")]
    [InlineData("mail_rfc2231_name.eml")]
    [InlineData("eicar_dup_names.zip")]
    [InlineData("eicar_no_eocd.zip")]
    [InlineData("eicar_prepended.zip")]
    [InlineData("zip_size_lie.zip")]
    [InlineData("html_datauri_eicar.html")]
    [InlineData("html_smuggling_eicar.html")]
    public async Task Parsers_differ(string name) => Assert.Equal("malicious", (await ScanAsync(name)).Verdict);

    [Theory]
    [InlineData("pdf_header_at_900.pdf")]
    [InlineData("pdf_header_at_2000.pdf")]
    [InlineData("pdf_js_nameobf.pdf")]
    [InlineData("pdf_js_in_objstm.pdf")]
    public async Task Parsers_differ_about_a_pdf(string name) => Assert.Equal("suspicious", (await ScanAsync(name)).Verdict);

    [Theory]
    [InlineData("mail_partial_1.eml")]
    [InlineData("mail_partial_2.eml")]
    public async Task Pieces_of_a_message_are_never_clean(string name) => Assert.Equal("unscanned", (await ScanAsync(name)).Verdict);

    private static async Task<(string? Verdict, string? Reason, IReadOnlyList<string?> Names, string Raw)> ScanAsync(string name)
    {
        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [Path.Combine(s_folder, name)], Json = true });
        var raw = scanned.Output.TrimEnd('\n');
        var verdict = JsonDocument.Parse(raw).RootElement;
        return (
            verdict.GetProperty("verdict").GetString(), verdict.GetProperty("reason").GetString(),
            [.. verdict.GetProperty("names").EnumerateArray().Select(n => n.GetString())], raw);
    }
}
