using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes the smallest Word document that Word opens (ECMA-376), with or without macros.</summary>
internal static class WordDocument
{
    private const string Main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    private const string MacroMain = "application/vnd.ms-word.document.macroEnabled.main+xml";

    public static byte[] With(string text, byte[]? vbaProject = null)
    {
        string types = """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/word/document.xml" ContentType="MAIN"/></Types>
            """.Replace("MAIN", vbaProject is null ? Main : MacroMain, StringComparison.Ordinal);
        const string Relations = """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
            """;
        const string MacroRelations = """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>
            """;
        string document = $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>
            """;

        ZipFile zip = new ZipFile()
            .Add("[Content_Types].xml", Utf8(types))
            .Add("_rels/.rels", Utf8(Relations))
            .Add("word/document.xml", Utf8(document));
        if (vbaProject is not null)
            zip.Add("word/_rels/document.xml.rels", Utf8(MacroRelations)).Add("word/vbaProject.bin", vbaProject);
        return zip.ToArray();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));
}
