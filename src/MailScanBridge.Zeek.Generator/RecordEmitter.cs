using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Writes the other half of a record with <c>[ZeekEvent]</c> or <c>[ZeekRecord]</c>.</summary>
internal static class RecordEmitter
{
    public static Generated Emit(INamedTypeSymbol type, string? eventName)
    {
        var complaints = new List<Complaint>();
        Declaration.Check(type, complaints);
        var location = type.Locations.FirstOrDefault();
        if (eventName is not null)
            Declaration.CheckEventName(eventName, location, complaints);
        var constructor = PrimaryConstructor(type);
        if (!type.IsRecord || constructor is null)
            complaints.Add(Complaint.At(location, Diagnostics.NoParameters, type.Name));
        var fields = Field.From(constructor?.Parameters ?? [], type.Name, complaints);
        if (complaints.Count > 0)
            return new Generated("", "", new EquatableArray<Complaint>([.. complaints]));
        return new Generated(Declaration.Hint(type, eventName is null ? "ZeekRecord" : "ZeekEvent"), Text(type, eventName, fields), default);
    }

    private static string Text(INamedTypeSymbol type, string? eventName, IReadOnlyList<Field> fields)
    {
        var code = new CodeText();
        var enums = new EnumEmitter();
        var name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        var open = Declaration.Open(code, type, $"{Declaration.Namespace}{(eventName is null ? "IZeekRecord" : "IZeekEvent")}<{name}>");
        if (eventName is not null)
            code.Line($"static string {Declaration.Namespace}IZeekEvent<{name}>.EventName => {Declaration.Literal(eventName)};");
        Field.WriteInfos(code, fields);
        code.Line($"static global::System.Collections.Generic.IReadOnlyList<{Declaration.Namespace}ZeekFieldInfo> {Declaration.Namespace}{(eventName is null ? "IZeekRecord" : "IZeekEvent")}<{name}>.Fields => ZeekFields;");
        code.Open($"public static {name} {(eventName is null ? "Read" : "ReadArgs")}(ref {Declaration.Namespace}ZeekReader reader)");
        var locals = Field.WriteReads(code, enums, fields, eventName ?? type.Name);
        code.Line($"return new {name}({string.Join(", ", locals)});");
        code.Close();
        code.Open($"public void {(eventName is null ? "Write" : "WriteArgs")}(ref {Declaration.Namespace}ZeekWriter writer)");
        code.Line($"writer.WriteVectorHeader({fields.Count});");
        var writes = new WriteEmitter(code, enums);
        foreach (var field in fields)
            writes.Write(field.Type, "this." + field.Member);
        code.Close();
        enums.Write(code);
        for (; open > 0; open--)
            code.Close();
        return code.ToString();
    }

    // The one whose parameters have become properties; a record's copy constructor is another.
    private static IMethodSymbol? PrimaryConstructor(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(each =>
            each.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.RecordDeclarationSyntax));
}

/// <summary>One field of a record, or argument of an event or a handler's method.</summary>
internal sealed record Field(string Member, string ZeekName, ZeekType Type)
{
    public static List<Field> From(IEnumerable<IParameterSymbol> parameters, string owner, List<Complaint> complaints)
    {
        var fields = new List<Field>();
        foreach (var parameter in parameters)
        {
            var location = parameter.Locations.FirstOrDefault();
            if (ZeekType.From(parameter.Type) is not { } type)
            {
                var hint = parameter.Type.TypeKind == TypeKind.Enum ? "; put [ZeekEnum] on the enum" : "";
                complaints.Add(Complaint.At(location, Diagnostics.UnsupportedType, parameter.Name, parameter.Type.ToDisplayString(), hint));
                continue;
            }

            var name = Declaration.GivenName(parameter) ?? Declaration.SnakeCase(parameter.Name);
            if (fields.Any(field => field.ZeekName == name))
                complaints.Add(Complaint.At(location, Diagnostics.NameClash, owner, name));
            fields.Add(new Field(Declaration.Escaped(parameter.Name), name, type));
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
    public static List<string> WriteReads(CodeText code, EnumEmitter enums, IReadOnlyList<Field> fields, string type, string infos = "ZeekFields")
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
            new ReadEmitter(code, enums, i, type).Read(fields[i].Type, local);
        }

        code.Line($"{Declaration.Namespace}ZeekTyped.SkipRest(ref reader, {count}, {fields.Count});");
        return locals;
    }
}
