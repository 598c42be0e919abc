using System.Buffers.Binary;
using System.Text;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Old Office documents (compound files), besides the macros that are items of their own:
/// <list type="table">
/// <item><term>70 Office.Dde</term><description>a DDE field in a Word document</description></item>
/// <item><term>65 Office.Excel4Macro</term><description>a macro sheet, of before VBA</description></item>
/// <item><term>75 Office.HiddenExcel4Macro</term><description>a macro sheet that is hidden</description></item>
/// <item><term>60 Office.Equation</term><description>an Equation Editor object</description></item>
/// </list>
/// </summary>
internal static class CompoundTriage
{
    private const int FieldStart = 0x13;
    private const int BoundSheet = 0x85;

    // CLSID of the Equation Editor, in a storage's directory entry.
    private static readonly Guid s_equation = new("0002ce02-0000-0000-c000-000000000046");

    public static void Check(string type, byte[] content, List<Finding> findings)
    {
        CompoundFile file;
        try
        {
            file = CompoundFile.Open(new MemoryStream(content, writable: false));
            if (type == ContentTypes.Excel)
                CheckSheets(Stream(file, "Workbook", content.Length) ?? Stream(file, "Book", content.Length) ?? [], findings);
            else if (type == ContentTypes.Word)
                CheckFields(Stream(file, "WordDocument", content.Length) ?? [], findings);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return; // the unpacker opens the same file and reports that it is broken
        }

        if (file.RootClassId == s_equation || file.Entries.Any(e => e.ClassId == s_equation || e.Name == "Equation Native"))
            findings.Add(new Finding("Office.Equation", VerdictKind.Suspicious, 60, "an Equation Editor object"));
    }

    private static byte[]? Stream(CompoundFile file, string name, int max) => file.Find(name) is { } entry ? file.Read(entry, max) : null;

    // BoundSheet8 ([MS-XLS] 2.4.28): position, hidden state, kind; 1 is a macro sheet.
    private static void CheckSheets(ReadOnlySpan<byte> workbook, List<Finding> findings)
    {
        bool macro = false, hidden = false;
        while (workbook.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(workbook), length = BinaryPrimitives.ReadUInt16LittleEndian(workbook[2..]);
            if (workbook.Length < 4 + length)
                break;
            ReadOnlySpan<byte> record = workbook.Slice(4, length);
            workbook = workbook[(4 + length)..];
            if (id == BoundSheet && length >= 6 && record[5] == 1)
            {
                macro = true;
                hidden |= (record[4] & 3) != 0;
            }
        }

        if (hidden)
            findings.Add(new Finding("Office.HiddenExcel4Macro", VerdictKind.Suspicious, 75, "a hidden macro sheet"));
        else if (macro)
            findings.Add(new Finding("Office.Excel4Macro", VerdictKind.Suspicious, 65, "a macro sheet"));
    }

    // A field's code stands between two marks, in one or two bytes a character.
    private static void CheckFields(ReadOnlySpan<byte> document, List<Finding> findings)
    {
        const int Longest = 512;
        var codes = new StringBuilder();
        for (int at; (at = document.IndexOf((byte)FieldStart)) >= 0; document = document[(at + 1)..])
        {
            ReadOnlySpan<byte> code = document.Slice(at + 1, Math.Min(Longest, document.Length - at - 1));
            if (!code.IsEmpty && code[0] == 0)
                codes.Append(Encoding.Unicode.GetString(code[1..])).Append('\n');
            else
                codes.Append(Encoding.Latin1.GetString(code)).Append('\n');
            if (codes.Length > 1024 * 1024)
                break;
        }

        // Only what opens the code counts: the words may well be in the text behind it.
        foreach (string line in codes.ToString().Split('\n'))
        {
            if (!line.TrimStart().StartsWith("DDE", StringComparison.OrdinalIgnoreCase))
                continue;
            DdeTriage.CheckField(line, findings);
            return;
        }
    }
}
