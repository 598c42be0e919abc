using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking.Office;

namespace Fuzz.Targets;

/// <summary>Objects in RTF, the packages in them, and what triage says.</summary>
internal sealed class RtfTarget : Target
{
    public override IReadOnlyList<byte[]> Tokens => Ascii(
        "{\\rtf1", "{\\object\\objemb", "{\\*\\objdata ", "\\objclass Equation.3", "\\objupdate", "\\bin4 ", "\\bin-1", "\\bin2147483647 ", "{\\*\\x", "}", "\\'41", "\\fldinst DDEAUTO", "0105000002000000", "08000000", "5061636b61676500", "ffffffff");

    protected override int Run(byte[] input)
    {
        var hash = new HashCode();
        long total = 0;
        foreach (var found in RtfObjects.Read(input, CancellationToken.None))
        {
            total += found.Content.Length;
            hash.Add(found.ClassName, StringComparer.Ordinal);
            hash.Add(OlePackage.Read(found.Rest, sized: false)?.Content.Length);
        }

        Must(total <= input.Length, "more object data than there are bytes");
        var findings = new List<Finding>();
        RtfTriage.Check(input, findings, CancellationToken.None);
        hash.Add(findings.Count);
        return hash.ToHashCode();
    }
}
