using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Everything the generator can complain about.</summary>
internal static class Diagnostics
{
    private const string Category = "MailScanBridge.Zeek";

    public static readonly DiagnosticDescriptor NotPartial = Error(
        "ZEEK001", "A typed Zeek event, record or handler must be partial", "'{0}' and the types around it must be partial, so that code can be added to them");

    public static readonly DiagnosticDescriptor NoFields = Error(
        "ZEEK002",
        "A typed Zeek event or record has no fields",
        "'{0}' must be a record whose fields are the parameters of its primary constructor, or, where it has none, its public properties with set or init");

    public static readonly DiagnosticDescriptor UnsupportedType = Error(
        "ZEEK003", "A type has no counterpart in Zeek", "'{0}' has the type '{1}', which has no counterpart in Zeek{2}");

    public static readonly DiagnosticDescriptor NameClash = Error(
        "ZEEK004", "A name is used twice", "'{0}' uses the Zeek name '{1}' twice");

    public static readonly DiagnosticDescriptor BadName = Error(
        "ZEEK005", "A name is no Zeek name", "'{0}' is no name in Zeek; it must be of the form {1}, of the letters a to z, digits and underscores");

    public static readonly DiagnosticDescriptor Generic = Error(
        "ZEEK006", "A typed Zeek event, record or handler cannot be generic", "'{0}' is generic, which has no counterpart in Zeek");

    public static readonly DiagnosticDescriptor BadHandler = Error(
        "ZEEK007", "A handler's method does not fit", "'{0}' must be an ordinary instance method of a class that returns void, Task or ValueTask");

    public static readonly DiagnosticDescriptor ScatteredFields = Error(
        "ZEEK008", "The fields' order is not certain", "'{0}' has properties in more than one of its parts; they are fields in the order in which they stand, so they must stand in one");

    public static readonly DiagnosticDescriptor BadLimit = Error(
        "ZEEK009", "A limit lets nothing pass", "'{0}' has the limit {1} = {2}; it must be 1 or more");

    public static readonly DiagnosticDescriptor MemberTaken = Error(
        "ZEEK010", "A member's name is needed by generated code", "'{0}' {1} '{2}', which the generated code needs; name it otherwise{3}");

    public static readonly DiagnosticDescriptor BadForm = Error(
        "ZEEK011", "A typed Zeek event, record or handler has a form that cannot be added to", "'{0}' {1}");

    public static readonly DiagnosticDescriptor IdleLimits = Error(
        "ZEEK012", "A limit holds for nothing", "'{0}' has [ZeekLimits], but {1}");

    public static readonly DiagnosticDescriptor OtherEvent = Error(
        "ZEEK013", "A handler's method takes another event", "'{0}' is called for the event '{1}', but takes '{2}', which is the event '{3}'");

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
