using System.Runtime.InteropServices;
using MailScanBridge.Intake;

namespace MailScanBridge.Daemon.Scan;

/// <summary>
/// Copies what is asked about to a path of our own choosing: tools see no name that an attacker chose, and the file itself is
/// only read. Opening never waits for a FIFO's writer.
/// </summary>
internal static class Sample
{
    /// <summary>Copies a target.</summary>
    /// <param name="target">A file's path, or <see cref="ScanTargets.StandardInput"/>.</param>
    /// <param name="copy">Where to; made with mode 0600.</param>
    /// <param name="maxSize">Most bytes to copy.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The bytes copied; null where there are more than <paramref name="maxSize"/>.</returns>
    /// <exception cref="IOException">It cannot be read, or not written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async Task<long?> CopyAsync(string target, string copy, long maxSize, CancellationToken cancellationToken)
    {
        await using var source = target == ScanTargets.StandardInput ? Console.OpenStandardInput() : Open(target);
        await using var file = new FileStream(copy, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var buffer = new byte[256 * 1024];
        var total = 0L;
        while (true)
        {
            // Standard input heeds no token: whoever types there may do so for ever.
            var read = await source.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken);
            if (read == 0)
            {
                return total;
            }

            total += read;
            if (total > maxSize)
            {
                return null;
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    /// <summary>An errno in words.</summary>
    public static string Describe(string path, int errno) =>
        errno == LibC.NotFound && path.Contains('\uFFFD', StringComparison.Ordinal)
            ? "cannot be opened: its name is not UTF-8; rename it, or give it through standard input (-)"
            : Marshal.GetPInvokeErrorMessage(errno);

    private static FileStream Open(string path)
    {
        var error = LibC.OpenNoFollow(path, out var handle);
        if (error == LibC.TooManyLinks && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
        {
            error = LibC.OpenNoFollow(target.FullName, out handle);
        }

        try
        {
            if (error != 0)
            {
                throw new IOException(Describe(path, error));
            }

            error = LibC.Stat(handle, out var status);
            return error == 0 && status.IsRegular
                ? new FileStream(handle, FileAccess.Read, bufferSize: 0)
                : throw new IOException(error == 0 ? $"is {status.Type}, not a file" : Describe(path, error));
        }
        catch (IOException)
        {
            handle.Dispose();
            throw;
        }
    }
}
