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
            Declaration.CheckGlobalName(eventName, location, complaints);
        var constructor = PrimaryConstructor(type);
        var properties = constructor is null ? Properties(type, complaints) : [];
        if (!type.IsRecord || (constructor is null && properties.Count == 0))
            complaints.Add(Complaint.At(location, Diagnostics.NoFields, type.Name));
        var fields = constructor is null
            ? Field.From(properties, property => property.Type, type.Name, complaints)
            : Field.From(constructor.Parameters, parameter => parameter.Type, type.Name, complaints);
        CheckForm(type, eventName is not null, constructor is not null, fields, complaints);
        var limits = Limits.Of(type, complaints);
        var text = complaints.Count > 0 ? "" : Text(type, eventName, fields, limits, byName: constructor is null, complaints);
        return complaints.Count > 0
            ? new Generated("", "", new EquatableArray<Complaint>([.. complaints]))
            : new Generated(Declaration.Hint(type, eventName is null ? "ZeekRecord" : "ZeekEvent"), text, default);
    }

    private static string Text(INamedTypeSymbol type, string? eventName, IReadOnlyList<Field> fields, Limits? limits, bool byName, List<Complaint> complaints)
    {
        var code = new CodeText();
        var enums = new EnumEmitter();
        var keys = new KeyEmitter();
        var name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        var open = Declaration.Open(code, type, $"{Declaration.Namespace}{(eventName is null ? "IZeekRecord" : "IZeekEvent")}<{name}>");
        if (eventName is not null)
            code.Line($"static string {Declaration.Namespace}IZeekEvent<{name}>.EventName => {Declaration.Literal(eventName)};");
        Field.WriteInfos(code, fields);
        code.Line($"static global::System.Collections.Generic.IReadOnlyList<{Declaration.Namespace}ZeekFieldInfo> {Declaration.Namespace}{(eventName is null ? "IZeekRecord" : "IZeekEvent")}<{name}>.Fields => ZeekFields;");
        code.Open($"public static {name} {(eventName is null ? "Read" : "ReadArgs")}(ref {Declaration.Namespace}ZeekReader reader)");
        var locals = Field.WriteReads(code, enums, keys, fields, eventName ?? type.Name, limits);
        code.Line(byName
            ? $"return new {name} {{ {string.Join(", ", fields.Zip(locals, (field, local) => $"{field.Member} = {local}"))} }};"
            : $"return new {name}({string.Join(", ", locals)});");
        code.Close();
        code.Open($"public void {(eventName is null ? "Write" : "WriteArgs")}(ref {Declaration.Namespace}ZeekWriter writer)");
        code.Line($"writer.WriteVectorHeader({fields.Count});");
        for (var i = 0; i < fields.Count; i++)
            new WriteEmitter(code, enums, i, eventName ?? type.Name).Write(fields[i].Type, "this." + fields[i].Member);
        code.Close();
        if (eventName is null && KeyTypes.IsByFields(type))
            WriteAddTo(code, type, name, fields);
        enums.Write(code);
        keys.Write(code);
        Declaration.CheckMembers(type, enums.Names.Concat(keys.Names), complaints);
        for (; open > 0; open--)
            code.Close();
        return code.ToString();
    }

    // Only what is stored is compared; a property that is made up at each call would make the hash another each time.
    private static void WriteAddTo(CodeText code, INamedTypeSymbol type, string name, IReadOnlyList<Field> fields)
    {
        var stored = type.GetMembers().OfType<IFieldSymbol>().Select(field => field.AssociatedSymbol).OfType<IPropertySymbol>().Select(property => Declaration.Escaped(property.Name)).ToList();
        code.Open($"void {Declaration.Namespace}IZeekRecord<{name}>.AddTo(ref {Declaration.Namespace}ZeekKeyHash hash)");
        foreach (var field in fields.Where(field => stored.Contains(field.Member)))
            KeyEmitter.WriteAdd(code, field.Type, "this." + field.Member);
        if (!fields.All(field => stored.Contains(field.Member)))
            code.Line("hash.Add((long)this.GetHashCode());");
        code.Close();
    }

    private static void CheckForm(INamedTypeSymbol type, bool isEvent, bool hasConstructor, List<Field> fields, List<Complaint> complaints)
    {
        var taken = isEvent ? new[] { "ReadArgs", "WriteArgs", "ZeekFields" } : ["Read", "Write", "ZeekFields"];
        foreach (var field in fields.Where(field => taken.Contains(field.Member)))
            complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.MemberTaken, type.Name, "has the field", field.Member, $" and say [ZeekName(\"{field.ZeekName}\")]"));
        var own = taken.Where(name => type.Name == name || type.GetMembers(name).Any(IsInTheWay)).Where(name => fields.All(field => field.Member != name));
        Declaration.CheckMembers(type, own, complaints);
        if (isEvent && Declaration.Has(type, "ZeekRecordAttribute"))
            Bad("is both an event and a record; make the record a type of its own, and a field of the event");
        if (type.IsAbstract)
            Bad("is abstract, so that none can be made of what comes in");
        if (Declaration.BasesOf(type).FirstOrDefault(each => Declaration.Has(each, "ZeekEventAttribute") || Declaration.Has(each, "ZeekRecordAttribute")) is { } one)
            Bad($"derives from '{one.Name}', which is an event or a record of its own; repeat its fields instead");
        else if (!hasConstructor && Declaration.BasesOf(type).Any(each => each.GetMembers().OfType<IPropertySymbol>().Any(IsField)))
            Bad("inherits properties, whose place among its own is not certain; repeat them");
        if (hasConstructor && type.GetMembers().OfType<IPropertySymbol>().FirstOrDefault(each => each.IsRequired) is { } required)
            Bad($"has the required property '{required.Name}' beside the parameters that are its fields; make it a parameter too");

        void Bad(string why) => complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.BadForm, type.Name, why));
    }

    // A method may stand beside a generated one of the same name that takes other parameters.
    private static bool IsInTheWay(ISymbol member) =>
        member is not IMethodSymbol method
        || (method.Parameters.Length == 1 && method.Parameters[0] is { RefKind: not RefKind.None } only && only.Type.ToDisplayString() is "MailScanBridge.Zeek.ZeekReader" or "MailScanBridge.Zeek.ZeekWriter");

    private static bool IsField(IPropertySymbol property) =>
        !property.IsStatic && !property.IsIndexer && property is { DeclaredAccessibility: Accessibility.Public, SetMethod.DeclaredAccessibility: Accessibility.Public };

    // The one whose parameters have become properties; a record's copy constructor is another.
    private static IMethodSymbol? PrimaryConstructor(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(each =>
            each.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.RecordDeclarationSyntax));

    // In the order in which they stand, so they must stand in one place. What cannot be set from outside is no field.
    private static List<IPropertySymbol> Properties(INamedTypeSymbol type, List<Complaint> complaints)
    {
        var properties = type.GetMembers().OfType<IPropertySymbol>().Where(IsField).ToList();
        var places = properties.Select(each => each.DeclaringSyntaxReferences[0].GetSyntax().Parent).Distinct();
        if (places.Count() > 1)
            complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.ScatteredFields, type.Name));
        return type.InstanceConstructors.Any(each => each.Parameters.IsEmpty) ? properties : [];
    }
}
