namespace MailScanBridge.Unpacking.Pdf;

/// <summary>
/// How far a PDF is looked into, by the unpacker and by the built-in scanner. What lies beyond a limit is said, and so the
/// file is not wholly scanned.
/// </summary>
public sealed record PdfLimits
{
    /// <summary>The largest PDF to look into, in bytes: its structure is held in memory. Default 64 MiB.</summary>
    public int MaxFileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The objects to read. Default 100,000.</summary>
    public int MaxObjects { get; init; } = 100_000;

    /// <summary>What may come out of all object streams of a file, in bytes. Default 32 MiB.</summary>
    public int MaxObjectStreamBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How deep arrays and dictionaries may stand in each other. Default 64.</summary>
    public int MaxNesting { get; init; } = 64;
}

/// <summary>A name, its #xx escapes decoded.</summary>
internal sealed record PdfName(string Value);

/// <summary>A reference to an object by its number; generations are not told apart.</summary>
internal sealed record PdfReference(int Number);

/// <summary>A dictionary; of a key that stands twice the last value counts.</summary>
internal sealed class PdfDictionary : Dictionary<string, object?>
{
    public string? Name(string key) => (this.GetValueOrDefault(key) as PdfName)?.Value;

    public int? Number(string key) => this.GetValueOrDefault(key) is double number && number is >= 0 and <= int.MaxValue ? (int)number : null;
}

/// <summary>One indirect object.</summary>
/// <param name="Number">Its number; several objects may have the same (incremental updates).</param>
/// <param name="Value">Its value; null where it could not be parsed.</param>
/// <param name="DataStart">Where its stream's data starts in the file; -1 for none.</param>
/// <param name="DataLength">How many bytes of data there are, filters still applied.</param>
internal sealed record PdfObject(int Number, object? Value, int DataStart = -1, int DataLength = 0)
{
    public PdfDictionary? Dictionary => Value as PdfDictionary;

    public bool IsStream => DataStart >= 0 && Dictionary is not null;
}
