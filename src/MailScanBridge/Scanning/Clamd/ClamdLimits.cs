using System.IO.Compression;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>What a clamd was seen to do with samples over its limits.</summary>
/// <param name="MaxSize">Largest item, in bytes, in which it still finds something.</param>
/// <param name="TellsLimits">False: past its limits it says OK (AlertExceedsMax is not set in clamd.conf). Only of containers that we
/// do not open ourselves, within narrower limits, would that hide something.</param>
/// <param name="Limit">The setting in clamd.conf that keeps it from more; null where nothing was seen to.</param>
internal sealed record ClamdLimits(long MaxSize, bool TellsLimits, string? Limit = null)
{
    private const int Depth = 40;
    private const int Steps = 6;
    private const long Smallest = 64 * 1024;

    /// <summary>EICAR, which every scanner is made to find.</summary>
    private static ReadOnlySpan<byte> Eicar => @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR"u8;

    private static ReadOnlySpan<byte> EicarRest => @"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"u8;

    /// <summary>Tries it; null where it does not even find EICAR, or stops to while it is tried: one that is killed or hangs says nothing of its limits.</summary>
    /// <param name="maxSize">Largest item that is asked for, in bytes.</param>
    /// <param name="ask">Has clamd scan a file.</param>
    public static async Task<ClamdLimits?> TryAsync(long maxSize, Func<FileStream, Task<ScannerResult>> ask)
    {
        if (!Finds(await AskAsync(0, ask)))
        {
            return null;
        }

        try
        {
            return await TryLimitsAsync(maxSize, ask);
        }
        catch (GoneException)
        {
            return null;
        }
    }

    private static async Task<ClamdLimits> TryLimitsAsync(long maxSize, Func<FileStream, Task<ScannerResult>> ask)
    {
        using var nested = NewFile();
        nested.Write(Nested());
        var tells = await SurelyAsync(() => { nested.Position = 0; return ask(nested); }, ask) is { Outcome: ScanOutcome.Failed, Reason: Reasons.Limits } or { Findings.Count: > 0 };
        var largest = await SurelyAsync(() => AskAsync(maxSize, ask), ask);
        if (Finds(largest))
        {
            return new ClamdLimits(maxSize, tells);
        }

        var (below, above) = (0L, maxSize);
        for (var step = 0; step < Steps && above - below > Smallest; step++)
        {
            var middle = (below + above) / 2;
            (below, above) = Finds(await SurelyAsync(() => AskAsync(middle, ask), ask)) ? (middle, above) : (below, middle);
        }

        return new ClamdLimits(below, tells, NameOf(largest));
    }

    /// <summary>Where there was no answer, or none in time, it is asked once more: it may have been another's fault than the sample's.</summary>
    private static async Task<ScannerResult> SurelyAsync(Func<Task<ScannerResult>> askOnce, Func<FileStream, Task<ScannerResult>> ask)
    {
        var result = await askOnce();
        if (result.Reason is not (Reasons.ToolDown or Reasons.Timeout))
        {
            return result;
        }

        return Finds(await AskAsync(0, ask)) ? await askOnce() : throw new GoneException();
    }

    private static bool Finds(ScannerResult result) => result.Findings.Any(f => f.Kind == VerdictKind.Malicious);

    /// <summary>The limit that an answer without EICAR speaks of. Where clamd says OK, it is one of those past which it is silent.</summary>
    private static string NameOf(ScannerResult result) => result switch
    {
        { Reason: Reasons.TooLarge } => "StreamMaxLength",
        { Reason: Reasons.Limits, Detail: { } detail } when detail.Split('.') is [.., ("MaxFileSize" or "MaxScanSize") and var name] => name,
        { Outcome: ScanOutcome.Failed } => Printable.Text(result.Detail ?? result.Reason!, 120),
        _ => "MaxFileSize or MaxScanSize",
    };

    /// <summary>Has it look for EICAR in a zip of a size: past MaxFileSize it does not look inside, and past StreamMaxLength it refuses.</summary>
    private static async Task<ScannerResult> AskAsync(long size, Func<FileStream, Task<ScannerResult>> ask)
    {
        await using var file = NewFile();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            AddEicar(zip);
            await using var padding = zip.CreateEntry("padding", CompressionLevel.NoCompression).Open();
            var zeros = new byte[64 * 1024];
            for (var left = size - 1024; left > 0; left -= zeros.Length)
            {
                await padding.WriteAsync(zeros.AsMemory(0, (int)Math.Min(left, zeros.Length)));
            }
        }

        file.SetLength(Math.Max(size, file.Length));
        await file.FlushAsync();
        file.Position = 0;
        return await ask(file);
    }

    private static byte[] Nested()
    {
        byte[]? inner = null;
        for (var depth = 0; depth < Depth; depth++)
        {
            var bytes = new MemoryStream();
            using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            {
                if (inner is null)
                {
                    AddEicar(zip);
                }
                else
                {
                    using var entry = zip.CreateEntry("inner.zip", CompressionLevel.NoCompression).Open();
                    entry.Write(inner);
                }
            }

            inner = bytes.ToArray();
        }

        return inner!;
    }

    private static void AddEicar(ZipArchive zip)
    {
        using var entry = zip.CreateEntry("eicar.com", CompressionLevel.NoCompression).Open();
        entry.Write(Eicar);
        entry.Write(EicarRest);
    }

    /// <summary>It does not find EICAR any more.</summary>
    private sealed class GoneException : Exception;

    private static FileStream NewFile() => new(
        Path.Combine(Path.GetTempPath(), $"mailscan-limits-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 64 * 1024, FileOptions.DeleteOnClose);
}
