using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>What may stand in a set or be a table's key: types of which two values with the same content are equal, or duplicates from the wire would not be seen.</summary>
internal static class KeyTypes
{
    /// <summary>Whether two values of the type with the same content may count as different.</summary>
    public static bool IsByReference(ZeekType type) => IsByReference(type, []);

    /// <summary>Whether a record is compared field by field, as the compiler has it, and so may be hashed field by field.</summary>
    public static bool IsByFields(INamedTypeSymbol record) => !HasOwnEquality(record) && !IsByReference(record, []);

    /// <summary>Why a set or table of the type is refused, where this is it; else an empty text.</summary>
    public static string Hint(ITypeSymbol type)
    {
        var key = type is INamedTypeSymbol { IsGenericType: true, IsTupleType: false } generic && IsSetOrTable(generic) ? ZeekType.From(generic.TypeArguments[0]) : null;
        return key is not null && IsByReference(key)
            ? $": two '{key.CSharp.Replace("global::", "")}' of the same content do not count as equal, so they cannot be told apart in a set or as keys; use ZeekValue, which keeps every byte, or string where U+FFFD may stand for each byte that is no UTF-8"
            : "";
    }

    private static bool IsByReference(ZeekType type, HashSet<ITypeSymbol> seen) =>
        type.Method == "Bytes"
        || type.Shape is Shape.Vector or Shape.Set or Shape.Table
        || (type.Shape == Shape.Tuple && type.Inner.Any(inner => IsByReference(inner, seen)))
        || (type.Shape == Shape.Record && type.Symbol is INamedTypeSymbol record && IsByReference(record, seen));

    // A record compares its fields one by one, unless it has an equality of its own.
    private static bool IsByReference(INamedTypeSymbol record, HashSet<ITypeSymbol> seen)
    {
        if (!seen.Add(record.OriginalDefinition))
            return false;
        return !HasOwnEquality(record) && record.GetMembers().OfType<IPropertySymbol>()
            .Where(property => !property.IsStatic && property.Name != "EqualityContract")
            .Select(property => ZeekType.From(property.Type))
            .Any(type => type is not null && IsByReference(type, seen));
    }

    private static bool HasOwnEquality(INamedTypeSymbol record) => record.GetMembers("Equals").OfType<IMethodSymbol>()
        .Any(method => !method.IsImplicitlyDeclared && method.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(method.Parameters[0].Type, record));

    private static bool IsSetOrTable(INamedTypeSymbol type) =>
        type.Name is "IReadOnlySet" or "HashSet" or "ISet" or "IReadOnlyDictionary" or "Dictionary" or "IDictionary";
}
