using CsCheck;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using Xunit;

namespace MailScanBridge.Tests.Scanning.BuiltIn;

public class SignatureSearchTests
{
    private static readonly Finding s_finding = new("X", VerdictKind.Malicious, 100);

    [Fact]
    public void A_signature_is_found_however_the_content_is_cut_into_windows() =>
        Gen.Select(Gen.Byte[0, 3].Array[1, 6], Gen.Byte[0, 3].Array[0, 60], Gen.Int[1, 9].Array[1, 80]).Sample((pattern, content, cuts) =>
        {
            var search = new SignatureSearch([new ByteSignature(s_finding, pattern), new ByteSignature(s_finding, [9, 9, 9, 9])]);
            int at = 0;
            for (int i = 0; at < content.Length; i++)
            {
                int length = Math.Min(cuts[i % cuts.Length], content.Length - at);
                search.Append(content.AsSpan(at, length));
                at += length;
            }

            return search.Found.Count == (content.AsSpan().IndexOf(pattern) >= 0 ? 1 : 0);
        });
}
