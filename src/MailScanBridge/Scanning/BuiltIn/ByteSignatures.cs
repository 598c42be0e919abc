using System.Text;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>A run of bytes that means something wherever it stands.</summary>
/// <param name="Finding">What it means.</param>
/// <param name="Pattern">The bytes.</param>
/// <param name="Types">The content types it counts in; null for all.</param>
internal sealed record ByteSignature(Finding Finding, byte[] Pattern, IReadOnlySet<string>? Types = null);

/// <summary>The built-in signatures.</summary>
internal static class ByteSignatures
{
    // Joined at run time only: neither this source nor the compiled library may be taken for the test file itself.
    private static readonly string[] s_eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS", "-TEST-FILE!$H+H*"];

    // The executable of ClamAV's own test files, known by its hash.
    private const string ClamTestFile = "71e7b604d18aefd839e51a39c88df8383bb4c071dc31f87f00a2b5df580d4495";

    /// <summary>The name that ClamAV gives it, so that findings of both read alike.</summary>
    public const string EicarName = "Eicar-Test-Signature";

    public static IReadOnlyList<ByteSignature> All { get; } =
    [
        new(new Finding(EicarName, VerdictKind.Malicious, 100, "the EICAR test string"), Encoding.ASCII.GetBytes(string.Concat(s_eicar))),
        new(new Finding("Office.VbaMacro", VerdictKind.Suspicious, 50, "a VBA project: the document carries macros"),
            Encoding.Unicode.GetBytes("_VBA_PROJECT"), ContentFamilies.CompoundFiles),
    ];

    public static Finding? ByHash(string sha256) =>
        sha256 == ClamTestFile ? new Finding("ClamAV-Test-File", VerdictKind.Malicious, 100, "ClamAV's test executable") : null;
}
