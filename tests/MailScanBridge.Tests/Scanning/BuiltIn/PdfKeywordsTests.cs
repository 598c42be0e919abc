using System.Text;
using MailScanBridge.Scanning.BuiltIn;
using Xunit;

namespace MailScanBridge.Tests.Scanning.BuiltIn;

public class PdfKeywordsTests
{
    [Theory]
    [InlineData("/JS (x)", "/JS", 1, 0)]
    [InlineData("/J#53 (x)", "/JS", 1, 1)]
    [InlineData("/#4a#53", "/JS", 1, 1)]
    [InlineData("/JSX", "/JS", 0, 0)]
    [InlineData("/JS#", "/JS", 1, 0)]
    [InlineData("/JS#4", "/JS", 1, 0)]
    [InlineData("/JS#zz", "/JS", 1, 0)]
    [InlineData("JS", "/JS", 0, 0)]
    [InlineData("/JS/JS /AA", "/JS", 2, 0)]
    [InlineData("1 0 obj<<>>endobj 2 0 obj", "obj", 2, 0)]
    [InlineData("1 0 obj<<>>endobj", "endobj", 1, 0)]
    [InlineData("o#62j", "obj", 0, 0)]
    public void Words_are_counted_as_pdfid_counts_them(string content, string word, int count, int escaped)
    {
        var words = new PdfKeywords();
        foreach (byte b in Encoding.Latin1.GetBytes(content))
            words.Append([b]);
        words.Complete();
        Assert.Equal(count, words.Count(word));
        Assert.Equal(escaped, words.Escaped(word));
    }
}
