using System.Security.Cryptography;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>Hashes that an item does not carry with it.</summary>
internal static class ContentHash
{
    /// <exception cref="IOException">The file could not be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<byte[]> OfAsync(HashAlgorithmName algorithm, string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        return await CryptographicOperations.HashDataAsync(algorithm, stream, cancellationToken);
    }
}
