using MailScanBridge.Unpacking.Types;

namespace MailScanBridge.Unpacking;

/// <summary>
/// One thing to scan: the file that Zeek sent, or something found inside it. Its content is a regular file that the
/// unpacker made (or the file itself), under a name the daemon chose; names from the wire are only ever data.
/// </summary>
public sealed record ScanItem
{
    /// <summary>The container it was found in; null for the file itself.</summary>
    public ScanItem? Parent { get; init; }

    /// <summary>0 for the file itself, 1 for what is directly inside it, and so on.</summary>
    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    /// <summary>The name it was declared under, decoded to text; null where there is none. Hostile: never a path, never printed unescaped.</summary>
    public string? Name { get; init; }

    /// <summary>The media type it was declared as, lower case, without parameters; null where there is none. Hostile.</summary>
    public string? DeclaredType { get; init; }

    /// <summary>True where the declared type alone has it read as a mail, whatever its content shows; nothing else hangs on that type.</summary>
    internal bool IsDeclaredMail => DeclaredType is ContentTypes.Mail or "message/global";

    /// <summary>True where the declared type or the name alone has it shown as a page, whatever its content shows: it is read as one too.</summary>
    internal bool IsShownAsPage => TextTypes.IsShownAsPage(DeclaredType, Name);

    /// <summary>True where the name alone has a desktop run its text as a program.</summary>
    internal bool IsRunAsProgram => TextTypes.IsRunAsProgram(Name);

    /// <summary>The media type its content shows (see <see cref="ContentTypes"/>), <c>application/octet-stream</c> where unknown.</summary>
    public required string Type { get; init; }

    /// <summary>Absolute path of a regular file with the content, readable by the daemon only.</summary>
    public required string Path { get; init; }

    /// <summary>Size of the content in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The password by which it came out of its container; null where none was needed. May come from the mail: hostile.</summary>
    public string? Password { get; init; }

    /// <summary>True where it is encrypted and was opened: what it holds is the item inside it.</summary>
    public bool IsOpened { get; internal set; }
}

/// <summary>Something inside an item that could not be taken out whole, so that the item is not wholly scanned.</summary>
/// <param name="Item">The container concerned.</param>
/// <param name="Reason">One of <see cref="Reasons"/>: encrypted, limits, damaged, unsupported, or tool_down for a program outside.</param>
/// <param name="Detail">One line for people, such as which limit was hit; may hold hostile names, so escape it on output.</param>
public sealed record UnpackProblem(ScanItem Item, string Reason, string Detail)
{
    /// <summary>True where another reader cannot help, since what is missing is not in the container.</summary>
    internal bool IsFinal { get; init; }
}

/// <summary>The file and everything found inside it, outermost first, and what could not be taken out.</summary>
public sealed record UnpackResult(IReadOnlyList<ScanItem> Items, IReadOnlyList<UnpackProblem> Problems)
{
    /// <summary>The programs outside that took containers apart, a line each.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];
}
