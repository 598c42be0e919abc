using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>One field of a record, or argument of an event or a handler's method.</summary>
internal sealed record Field(string Member, string ZeekName, ZeekType Type)
{
    public static List<Field> From<T>(IEnumerable<T> symbols, Func<T, ITypeSymbol> typeOf, string owner, List<Complaint> complaints)
        where T : ISymbol
    {
        var fields = new List<Field>();
        foreach (var symbol in symbols)
        {
            var location = symbol.Locations.FirstOrDefault();
            if (ZeekType.From(typeOf(symbol)) is not { } type)
            {
                var hint = typeOf(symbol).TypeKind == TypeKind.Enum ? "; put [ZeekEnum] on the enum" : KeyTypes.Hint(typeOf(symbol));
                complaints.Add(Complaint.At(location, Diagnostics.UnsupportedType, symbol.Name, typeOf(symbol).ToDisplayString(), hint));
                continue;
            }

            EnumEmitter.Check([type], location, complaints);
            var name = Declaration.GivenName(symbol) ?? Declaration.SnakeCase(symbol.Name);
            Declaration.CheckFieldName(name, location, complaints);
            if (fields.Any(field => field.ZeekName == name))
                complaints.Add(Complaint.At(location, Diagnostics.NameClash, owner, name));
            fields.Add(new Field(Declaration.Escaped(symbol.Name), name, type));
        }

        return fields;
    }

    public static void WriteInfos(CodeText code, IReadOnlyList<Field> fields, string name = "ZeekFields")
    {
        code.Open($"private static readonly {Declaration.Namespace}ZeekFieldInfo[] {name} = new {Declaration.Namespace}ZeekFieldInfo[]");
        foreach (var field in fields)
            code.Line($"new {Declaration.Namespace}ZeekFieldInfo({Declaration.Literal(field.ZeekName)}, {Declaration.Literal(field.Type.Zeek)}, {(field.Type.Optional ? "true" : "false")}),");
        code.Close();
        code.Line(";");
    }

    /// <summary>Writes the statements that read all fields; gives the names of the variables.</summary>
    public static List<string> WriteReads(CodeText code, EnumEmitter enums, KeyEmitter keys, IReadOnlyList<Field> fields, string type, Limits? limits, string infos = "ZeekFields")
    {
        var count = code.Name("count");
        if (infos != "ZeekFields")
            code.Line($"var ZeekFields = {infos};");
        code.Line($"var {count} = {Declaration.Namespace}ZeekTyped.ReadHead(ref reader, ZeekFields, {Declaration.Literal(type)});");
        var locals = new List<string>();
        for (var i = 0; i < fields.Count; i++)
        {
            var local = code.Name("field");
            locals.Add(local);
            code.Line($"{fields[i].Type.CSharp}{(fields[i].Type.Optional ? "?" : "")} {local};");
            new ReadEmitter(code, enums, keys, i, type, limits).Read(fields[i].Type, local);
        }

        code.Line($"{Declaration.Namespace}ZeekTyped.SkipRest(ref reader, {count}, {fields.Count});");
        return locals;
    }
}
