using System.Text;
using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// RTF, whose exploits of the last decade are objects that load by themselves:
/// <list type="table">
/// <item><term>75 Rtf.Equation</term><description>an Equation Editor object: nobody makes them any more but exploits (CVE-2017-11882)</description></item>
/// <item><term>65 Rtf.AutoObject</term><description>an object that is loaded when the document is opened (\objupdate)</description></item>
/// <item><term>60 Rtf.Link</term><description>an object linked from elsewhere (OLE2Link)</description></item>
/// <item><term>50 Rtf.BrokenObject</term><description>object data without a sound header, as exploits have</description></item>
/// <item><term>70 Office.Dde</term><description>a DDE field</description></item>
/// </list>
/// </summary>
internal static class RtfTriage
{
    public static void Check(byte[] rtf, List<Finding> findings, CancellationToken token)
    {
        List<RtfObject> objects = RtfObjects.Read(rtf, token);
        string text = Encoding.Latin1.GetString(rtf);
        bool Names(string name) => objects.Exists(o => o.ClassName?.StartsWith(name, StringComparison.OrdinalIgnoreCase) == true)
            || text.Contains(@"\objclass " + name, StringComparison.OrdinalIgnoreCase);

        if (Names("Equation"))
            Add("Rtf.Equation", 75, "an Equation Editor object");
        if (objects.Count > 0 && text.Contains(@"\objupdate", StringComparison.Ordinal))
            Add("Rtf.AutoObject", 65, "an object that is loaded when the document is opened");
        if (Names("OLE2Link"))
            Add("Rtf.Link", 60, "an object linked from elsewhere");
        if (objects.Exists(o => o.ClassName is null))
            Add("Rtf.BrokenObject", 50, "object data without a sound header");
        if (text.Contains(@"\fldinst", StringComparison.Ordinal))
            DdeTriage.CheckField(PlainText(text), findings);

        void Add(string name, int score, string detail) => findings.Add(new Finding(name, VerdictKind.Suspicious, score, detail));
    }

    // What remains without control words and groups: a field's words may be cut apart by them.
    private static string PlainText(string rtf)
    {
        var text = new StringBuilder();
        for (int i = 0; i < rtf.Length; i++)
        {
            if (rtf[i] == '\\')
            {
                while (i + 1 < rtf.Length && (char.IsAsciiLetterOrDigit(rtf[i + 1]) || rtf[i + 1] == '-'))
                    i++;
                if (i + 1 < rtf.Length && rtf[i + 1] == ' ')
                    i++;
            }
            else if (rtf[i] is not ('{' or '}' or '\r' or '\n'))
            {
                text.Append(rtf[i]);
            }
        }

        return text.ToString();
    }
}
