using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Everything the generator can complain about.</summary>
internal static class Diagnostics
{
    private const string Category = "MailScanBridge.Zeek";

    public static readonly DiagnosticDescriptor NotPartial = Error(
        "ZEEK001", "A typed Zeek event, record or handler must be partial", "'{0}' and the types around it must be partial, so that code can be added to them");

    public static readonly DiagnosticDescriptor NoParameters = Error(
        "ZEEK002", "A typed Zeek event or record needs a primary constructor", "'{0}' must be a record with a primary constructor; its parameters are the fields");

    public static readonly DiagnosticDescriptor UnsupportedType = Error(
        "ZEEK003", "A type has no counterpart in Zeek", "'{0}' has the type '{1}', which has no counterpart in Zeek{2}");

    public static readonly DiagnosticDescriptor NameClash = Error(
        "ZEEK004", "A name is used twice", "'{0}' uses the Zeek name '{1}' twice");

    public static readonly DiagnosticDescriptor BadName = Error(
        "ZEEK005", "A name is no Zeek name", "'{0}' is no name of a Zeek event; it must be of the form Module::name");

    public static readonly DiagnosticDescriptor Generic = Error(
        "ZEEK006", "A typed Zeek event, record or handler cannot be generic", "'{0}' is generic, which has no counterpart in Zeek");

    public static readonly DiagnosticDescriptor BadHandler = Error(
        "ZEEK007", "A handler's method does not fit", "'{0}' must be an ordinary instance method that returns void, Task or ValueTask");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}

/// <summary>A complaint as plain data, so that the generator's steps can be compared and skipped.</summary>
internal sealed record Complaint(DiagnosticDescriptor Descriptor, string? File, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    public static Complaint At(Location? location, DiagnosticDescriptor descriptor, params string[] arguments) =>
        new(descriptor, location?.SourceTree?.FilePath, location?.SourceSpan ?? default, location?.GetLineSpan().Span ?? default, new EquatableArray<string>(arguments));

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Descriptor, File is null ? Location.None : Location.Create(File, Span, Lines), [.. Arguments]);
}
