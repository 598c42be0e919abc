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
        var properties = constructor is null ? Properties(type, complaints) : [];
        if (!type.IsRecord || (constructor is null && properties.Count == 0))
            complaints.Add(Complaint.At(location, Diagnostics.NoFields, type.Name));
        var fields = constructor is null
            ? Field.From(properties, property => property.Type, type.Name, complaints)
            : Field.From(constructor.Parameters, parameter => parameter.Type, type.Name, complaints);
        var limits = Limits.Of(type, complaints);
        if (complaints.Count > 0)
            return new Generated("", "", new EquatableArray<Complaint>([.. complaints]));
        return new Generated(
            Declaration.Hint(type, eventName is null ? "ZeekRecord" : "ZeekEvent"), Text(type, eventName, fields, limits, byName: constructor is null), default);
    }

    private static string Text(INamedTypeSymbol type, string? eventName, IReadOnlyList<Field> fields, Limits? limits, bool byName)
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
        var locals = Field.WriteReads(code, enums, fields, eventName ?? type.Name, limits: limits);
        code.Line(byName
            ? $"return new {name} {{ {string.Join(", ", fields.Zip(locals, (field, local) => $"{field.Member} = {local}"))} }};"
            : $"return new {name}({string.Join(", ", locals)});");
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

    // In the order in which they stand, so they must stand in one place. What cannot be set from outside is no field.
    private static List<IPropertySymbol> Properties(INamedTypeSymbol type, List<Complaint> complaints)
    {
        var properties = type.GetMembers().OfType<IPropertySymbol>()
            .Where(each => !each.IsStatic && !each.IsIndexer && each is { DeclaredAccessibility: Accessibility.Public, SetMethod.DeclaredAccessibility: Accessibility.Public })
            .ToList();
        var places = properties.Select(each => each.DeclaringSyntaxReferences[0].GetSyntax().Parent).Distinct();
        if (places.Count() > 1)
            complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.ScatteredFields, type.Name));
        return type.InstanceConstructors.Any(each => each.Parameters.IsEmpty) ? properties : [];
    }
}
