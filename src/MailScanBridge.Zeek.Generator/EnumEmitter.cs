using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Collects the enums that a type uses, and writes for each a method from name to member and one back.</summary>
internal sealed class EnumEmitter
{
    private readonly Dictionary<string, ITypeSymbol> _enums = [];

    public string Parser(ZeekType type) => "__Parse" + Use(type);

    public string Namer(ZeekType type) => "__Name" + Use(type);

    public void Write(CodeText code)
    {
        foreach (var pair in _enums)
        {
            var name = pair.Value.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
            var members = pair.Value.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).ToList();
            code.Open($"private static bool __Parse{pair.Key}(global::System.ReadOnlySpan<byte> name, out {name} value)");
            foreach (var member in members)
            {
                code.Open($"if (global::System.MemoryExtensions.SequenceEqual(name, {Declaration.Literal(ZeekName(pair.Value, member))}u8))");
                code.Line($"value = {name}.{Declaration.Escaped(member.Name)};");
                code.Line("return true;");
                code.Close();
            }

            code.Line("value = default;");
            code.Line("return false;");
            code.Close();
            code.Open($"private static string __Name{pair.Key}({name} value) => value switch");
            foreach (var member in members.GroupBy(field => field.ConstantValue).Select(same => same.First()))
                code.Line($"{name}.{Declaration.Escaped(member.Name)} => {Declaration.Literal(ZeekName(pair.Value, member))},");
            code.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(value), value, \"The enum has no such member.\"),");
            code.Close();
            code.Line(";");
        }
    }

    private string Use(ZeekType type)
    {
        var key = type.CSharp.Replace("global::", "").Replace('.', '_');
        _enums[key] = type.Symbol!;
        return key;
    }

    private static string ZeekName(ITypeSymbol type, IFieldSymbol member)
    {
        var attribute = type.GetAttributes().First(a => a.AttributeClass?.Name == "ZeekEnumAttribute");
        var module = attribute.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        var name = Declaration.GivenName(member) ?? member.Name;
        return module.Length == 0 ? name : module + "::" + name;
    }
}
