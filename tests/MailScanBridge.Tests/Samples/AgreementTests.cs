using System.Text.Json;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Scan;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>
/// What the built-in scanner and the original tools say of every PDF and every Office file of the collection, side by side in two tables:
/// keyword counts as pdfid 0.2.10 prints them (of the file itself, without object streams), and of olevba 0.60.3 and mraptor whether there are
/// macros (<c>vba</c>, <c>xlm</c>), whether they run by themselves (<c>auto</c>) and write or execute (<c>acts</c>), and whether the file is
/// encrypted. Each difference has its reason. Our column is computed anew here, theirs where the tools are (<see cref="OriginalTools"/>).
/// </summary>
public sealed class AgreementTests(ITestOutputHelper output)
{
    [Fact]
    public void Keywords_of_every_pdf_are_those_of_pdfid_or_the_difference_is_explained() => Compare("pdfid.tsv", s_pdfs, path =>
    {
        var words = new PdfKeywords();
        words.Append(File.ReadAllBytes(CorpusFiles.Find(path)));
        words.Complete();
        return OriginalTools.Counts(w => (words.Count(w), words.Escaped(w)));
    });

    [Fact]
    public async Task Macros_of_every_office_file_are_those_of_olevba_or_the_difference_is_explained()
    {
        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [.. s_office.Select(r => CorpusFiles.Find(r[0]))], Json = true });
        var flags = scanned.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Flags(JsonDocument.Parse(l).RootElement)).ToList();

        Assert.Equal(s_office.Count, flags.Count);
        var byPath = s_office.Zip(flags).ToDictionary(p => p.First[0], p => p.Second);
        Compare("olevba.tsv", s_office, path => byPath[path]);
    }

    [Fact]
    public void Every_difference_in_the_tables_is_explained()
    {
        foreach (var table in (IReadOnlyList<string[]>[])[s_pdfs, s_office])
        {
            Assert.True(table.Count > 30, $"{table.Count} rows");
            Assert.All(table, r => Assert.Equal((4, r[1] != r[2]), (r.Length, r[3].Length > 0)));
        }
    }

    [Fact]
    public async Task The_table_says_of_pdfid_what_it_prints()
    {
        var tool = OriginalTools.Find("MAILSCAN_PDFID", "pdfid.py");
        foreach (var row in s_pdfs)
        {
            Assert.Equal((row[0], row[1]), (row[0], await OriginalTools.PdfIdAsync(tool, CorpusFiles.Find(row[0]))));
        }
    }

    [Fact]
    public async Task The_table_says_of_olevba_what_it_prints()
    {
        var tools = OriginalTools.Find("MAILSCAN_OLETOOLS", "the folder of olevba.py");
        foreach (var row in s_office)
        {
            Assert.Equal((row[0], row[1]), (row[0], await OriginalTools.OlevbaAsync(tools, CorpusFiles.Find(row[0]))));
        }
    }

    private static readonly IReadOnlyList<string[]> s_pdfs = CorpusFiles.Table("pdfid.tsv");
    private static readonly IReadOnlyList<string[]> s_office = CorpusFiles.Table("olevba.tsv");

    private void Compare(string table, IReadOnlyList<string[]> rows, Func<string, string> ours)
    {
        _ = CorpusFiles.Root;
        var wrong = rows.Select(r => (Row: r, Now: ours(r[0]))).Where(r => r.Row[2] != r.Now).Select(r => $"{r.Row[0]}\t{r.Row[1]}\t{r.Now}\t(was {r.Row[2]})").ToList();
        output.WriteLine($"{table}: {rows.Count} files, {rows.Count(r => r[1] != r[2])} differ and are explained");
        Assert.True(wrong.Count == 0, "rows as they would have to be now:\n" + string.Join('\n', wrong));
    }

    private static string Flags(JsonElement verdict)
    {
        var names = verdict.GetProperty("names").EnumerateArray().Select(n => n.GetString()!).ToHashSet();
        return OriginalTools.Flags(
            verdict.GetProperty("reason").GetString() == "encrypted",
            names.Overlaps(["Office.VbaMacro", "Office.VbaPart", "Vba.AutoRun", "Vba.AutoExecute"]),
            names.Overlaps(["Office.Excel4Macro", "Office.HiddenExcel4Macro"]),
            names.Overlaps(["Vba.AutoRun", "Vba.AutoExecute"]),
            names.Contains("Vba.AutoExecute"));
    }
}
