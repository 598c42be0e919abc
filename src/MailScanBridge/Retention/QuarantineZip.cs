using System.Security.Cryptography;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip;
using MailScanBridge.Intake;

namespace MailScanBridge.Retention;

/// <summary>One file in a zip, encrypted with AES-256 (WinZip's AE-2), as malware is handed around everywhere.</summary>
internal static class QuarantineZip
{
    private const int Buffer = 1 << 16;
    private const int FastestLevel = 1;

    /// <summary>SHA-256 (lower-case hex) and size of a file, its last name not followed if it is a link.</summary>
    /// <exception cref="IOException">It cannot be read, or is no regular file.</exception>
    public static (string Sha256, long Size) Examine(string path)
    {
        using var file = OpenSource(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        return (hash, file.Length);
    }

    /// <summary>Writes the zip whole and flushed to the disk, mode 0600.</summary>
    /// <param name="source">The file to put in.</param>
    /// <param name="sha256">Its hash: the entry's name, and what is put in must have it.</param>
    /// <param name="target">Overwritten where it is there.</param>
    /// <param name="password">Of the zip.</param>
    /// <param name="time">The entry's time.</param>
    /// <param name="cancellationToken">Ends the work; the target is then half a zip.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Write(string source, string sha256, string target, string password, DateTimeOffset time, CancellationToken cancellationToken)
    {
        using var from = OpenSource(source);
        using var to = new FileStream(target, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using (var zip = new ZipOutputStream(to, Buffer) { IsStreamOwner = false, Password = password, UseZip64 = UseZip64.Dynamic })
        {
            zip.SetLevel(FastestLevel);
            zip.PutNextEntry(new ZipEntry(sha256) { AESKeySize = 256, DateTime = time.UtcDateTime });
            Copy(from, zip, sha256, long.MaxValue, cancellationToken);
            zip.CloseEntry();
            zip.Finish();
        }

        to.Flush(flushToDisk: true);
    }

    /// <summary>Writes what is in a zip to a stream, and makes sure that it is what the zip is named after.</summary>
    /// <exception cref="InvalidDataException">The password does not open it, it is damaged, or holds something else.</exception>
    public static void Extract(string path, string sha256, string password, Stream to, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var zip = new ZipFile(path) { Password = password };
            var entry = zip.GetEntry(sha256) ?? throw new InvalidDataException($"{path} holds no entry of that name.");
            using var from = zip.GetInputStream(entry);
            Copy(from, to, sha256, maxBytes, cancellationToken);
        }
        catch (SharpZipBaseException e)
        {
            throw new InvalidDataException($"{path} cannot be opened: {Printable.Text(e.Message)} (another password? --password)", e);
        }
    }

    private static void Copy(Stream from, Stream to, string sha256, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Buffer];
        var left = maxBytes;
        int read;
        while ((read = from.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((left -= read) < 0)
            {
                throw new InvalidDataException($"There is more in the zip than the {maxBytes} bytes that its entry says.");
            }

            hash.AppendData(buffer.AsSpan(0, read));
            to.Write(buffer.AsSpan(0, read));
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != sha256)
        {
            throw new InvalidDataException($"The content has another hash than {sha256}.");
        }
    }

    private static FileStream OpenSource(string path)
    {
        var error = LibC.OpenNoFollow(path, out var handle);
        if (error != 0 || LibC.Stat(handle, out var status) != 0 || !status.IsRegular)
        {
            handle.Dispose();
            throw error == LibC.NotFound ? new FileNotFoundException($"{path} is gone.", path) : new IOException($"{path} cannot be read, or is no regular file.", error);
        }

        return new FileStream(handle, FileAccess.Read, Buffer);
    }
}
