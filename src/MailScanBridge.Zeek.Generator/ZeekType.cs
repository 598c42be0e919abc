using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>How a C# type and a Zeek type map to each other.</summary>
internal enum Shape
{
    Scalar,
    Narrow,
    Enum,
    Record,
    Vector,
    Set,
    Table,
    Tuple,
    Any,
}

/// <summary>A C# type with its counterpart in Zeek.</summary>
/// <param name="Shape">How they map.</param>
/// <param name="CSharp">The C# type, full name.</param>
/// <param name="Zeek">The Zeek type in Zeek's words.</param>
/// <param name="Kind">The member of ZeekKind that stands on the wire.</param>
/// <param name="Method">The part of the names of the reader's, writer's and value's methods.</param>
internal sealed record ZeekType(Shape Shape, string CSharp, string Zeek, string Kind, string Method)
{
    // Inside a tuple or a container a nullable string has to stay one.
    private static readonly SymbolDisplayFormat WithNullability =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public bool Optional { get; init; }

    public bool IsArray { get; init; }

    public bool IsReference { get; init; }

    public IReadOnlyList<ZeekType> Inner { get; init; } = [];

    public ITypeSymbol? Symbol { get; init; }

    /// <summary>Maps a type; null where it has no counterpart.</summary>
    public static ZeekType? From(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { ConstructedFrom.SpecialType: SpecialType.System_Nullable_T } nullable)
            return From(nullable.TypeArguments[0]) is { Optional: false } inner ? inner with { Optional = true } : null;
        var mapped = Plain(type) is { } plain ? plain with { IsReference = type.IsReferenceType } : null;
        return mapped is not null && type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.Annotated ? mapped with { Optional = true } : mapped;
    }

    private static ZeekType? Plain(ITypeSymbol type)
    {
        var name = type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(WithNullability);
        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean:
                return new ZeekType(Shape.Scalar, name, "bool", "Boolean", "Boolean");
            case SpecialType.System_UInt64:
                return new ZeekType(Shape.Scalar, name, "count", "Count", "Count");
            case SpecialType.System_UInt32 or SpecialType.System_UInt16:
                return new ZeekType(Shape.Narrow, name, "count", "Count", "Count");
            case SpecialType.System_Int64:
                return new ZeekType(Shape.Scalar, name, "int", "Integer", "Integer");
            case SpecialType.System_Int32:
                return new ZeekType(Shape.Narrow, name, "int", "Integer", "Integer");
            case SpecialType.System_Double:
                return new ZeekType(Shape.Scalar, name, "double", "Real", "Real");
            case SpecialType.System_String:
                return new ZeekType(Shape.Scalar, name, "string", "String", "String");
        }

        switch (name)
        {
            case "byte[]" or "global::System.ReadOnlyMemory<byte>":
                return new ZeekType(Shape.Scalar, name, "string", "String", "Bytes");
            case "global::System.Net.IPAddress":
                return new ZeekType(Shape.Scalar, name, "addr", "Address", "Address");
            case "global::MailScanBridge.Zeek.ZeekSubnet":
                return new ZeekType(Shape.Scalar, name, "subnet", "Subnet", "Subnet");
            case "global::MailScanBridge.Zeek.ZeekPort":
                return new ZeekType(Shape.Scalar, name, "port", "Port", "Port");
            case "global::System.DateTimeOffset":
                return new ZeekType(Shape.Scalar, name, "time", "Time", "Time");
            case "global::System.TimeSpan":
                return new ZeekType(Shape.Scalar, name, "interval", "Interval", "Interval");
            case "global::MailScanBridge.Zeek.ZeekValue":
                return new ZeekType(Shape.Any, name, "any", "", "Value");
        }

        if (Declaration.Has(type, "ZeekRecordAttribute"))
            return new ZeekType(Shape.Record, name, type.Name, "Vector", "") { Symbol = type };
        if (type.TypeKind == TypeKind.Enum)
            return Declaration.Has(type, "ZeekEnumAttribute") ? new ZeekType(Shape.Enum, name, type.Name, "Enum", "Enum") { Symbol = type } : null;
        if (type is IArrayTypeSymbol { Rank: 1 } array)
            return Container(Shape.Vector, name, [array.ElementType]) is { } vector ? vector with { IsArray = true } : null;
        return type is INamedTypeSymbol { IsGenericType: true } generic ? Generic(generic, name) : null;
    }

    private static ZeekType? Generic(INamedTypeSymbol type, string name)
    {
        if (type.IsTupleType && type.TupleElements.Length > 1)
            return Container(Shape.Tuple, name, [.. type.TupleElements.Select(element => element.Type)]);
        return type.ConstructedFrom.ToDisplayString() switch
        {
            "System.Collections.Generic.IReadOnlyList<T>" or "System.Collections.Generic.List<T>" or "System.Collections.Generic.IReadOnlyCollection<T>"
                => Container(Shape.Vector, name, type.TypeArguments),
            "System.Collections.Generic.IReadOnlySet<T>" or "System.Collections.Generic.HashSet<T>" or "System.Collections.Generic.ISet<T>"
                => Container(Shape.Set, name, type.TypeArguments),
            "System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>" or "System.Collections.Generic.Dictionary<TKey, TValue>" or "System.Collections.Generic.IDictionary<TKey, TValue>"
                => Container(Shape.Table, name, type.TypeArguments),
            _ => null,
        };
    }

    private static ZeekType? Container(Shape shape, string name, IReadOnlyList<ITypeSymbol> of)
    {
        var inner = of.Select(From).ToList();
        if (inner.Any(each => each is null))
            return null;
        var types = inner.Select(each => each!).ToList();

        // Zeek has no holes in vectors that it would send, and no unset members of sets.
        if (shape != Shape.Tuple && types.Any(each => each.Optional))
            return null;
        if (shape is Shape.Set or Shape.Table && KeyTypes.IsByReference(types[0]))
            return null;
        var index = types[0].Shape == Shape.Tuple ? string.Join(", ", types[0].Inner.Select(each => each.Zeek)) : types[0].Zeek;
        return shape switch
        {
            Shape.Vector => new ZeekType(shape, name, "vector of " + types[0].Zeek, "Vector", "") { Inner = types },
            Shape.Set => new ZeekType(shape, name, $"set[{index}]", "Set", "") { Inner = types },
            Shape.Table => new ZeekType(shape, name, $"table[{index}] of {types[1].Zeek}", "Table", "") { Inner = types },
            _ => new ZeekType(shape, name, string.Join(", ", types.Select(each => each.Zeek)), "Vector", "") { Inner = types },
        };
    }
}
