using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Collects the enums that a type uses, and writes for each a method from name to member and one back.</summary>
internal sealed class EnumEmitter
{
    private readonly List<ITypeSymbol> _enums = [];

    public string Parser(ZeekType type) => "__Parse" + Use(type);

    public string Namer(ZeekType type) => "__Name" + Use(type);

    /// <summary>Complains of enums, used by these fields, of which two members have the same name in Zeek: only the first could ever be read.</summary>
    public static void Check(IEnumerable<ZeekType> types, Location? location, List<Complaint> complaints)
    {
        foreach (var type in types)
        {
            Check(type.Inner, location, complaints);
            if (type.Shape != Shape.Enum)
                continue;
            foreach (var member in Members(type.Symbol!))
                Declaration.CheckGlobalName(ZeekName(type.Symbol!, member), location, complaints);
            var twice = Members(type.Symbol!).GroupBy(member => ZeekName(type.Symbol!, member)).FirstOrDefault(same => same.Select(member => member.ConstantValue).Distinct().Count() > 1);
            if (twice is not null)
                complaints.Add(Complaint.At(location, Diagnostics.NameClash, type.Symbol!.Name, twice.Key));
        }
    }

    /// <summary>The names of the members that are written.</summary>
    public IEnumerable<string> Names => _enums.SelectMany((type, i) => new[] { $"__Parse{type.Name}{i}", $"__Name{type.Name}{i}" });

    public void Write(CodeText code)
    {
        for (var i = 0; i < _enums.Count; i++)
        {
            var type = _enums[i];
            var name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
            var members = Members(type);

            // Members that nobody may use any more still come from peers; only in obsolete code may all of them be named.
            var obsolete = members.Any(member => Declaration.HasAttribute(member, "System.ObsoleteAttribute"));
            if (obsolete)
                code.Line("[global::System.Obsolete]");
            code.Open($"private static bool __Parse{type.Name}{i}(global::System.ReadOnlySpan<byte> name, out {name} value)");
            foreach (var member in members)
            {
                code.Open($"if (global::System.MemoryExtensions.SequenceEqual(name, {Declaration.Literal(ZeekName(type, member))}u8))");
                code.Line($"value = {name}.{Declaration.Escaped(member.Name)};");
                code.Line("return true;");
                code.Close();
            }

            code.Line("value = default;");
            code.Line("return false;");
            code.Close();
            if (obsolete)
                code.Line("[global::System.Obsolete]");
            code.Open($"private static string __Name{type.Name}{i}({name} value) => value switch");
            foreach (var member in members.GroupBy(field => field.ConstantValue).Select(same => same.First()))
                code.Line($"{name}.{Declaration.Escaped(member.Name)} => {Declaration.Literal(ZeekName(type, member))},");
            code.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(value), value, \"The enum has no such member.\"),");
            code.Close();
            code.Line(";");
        }
    }

    // Two enums may have the same name in different namespaces.
    private string Use(ZeekType type)
    {
        var at = _enums.FindIndex(known => SymbolEqualityComparer.Default.Equals(known, type.Symbol));
        if (at < 0)
        {
            at = _enums.Count;
            _enums.Add(type.Symbol!);
        }

        return type.Symbol!.Name + at.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static List<IFieldSymbol> Members(ITypeSymbol type) => [.. type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue)];

    private static string ZeekName(ITypeSymbol type, IFieldSymbol member)
    {
        var attribute = type.GetAttributes().First(a => a.AttributeClass?.Name == "ZeekEnumAttribute");
        var module = attribute.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        var name = Declaration.GivenName(member) ?? member.Name;
        return module.Length == 0 ? name : module + "::" + name;
    }
}
