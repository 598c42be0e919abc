using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Writes the other half of a class whose methods have <c>[ZeekEvent]</c>.</summary>
internal static class HandlerEmitter
{
    private const string Raw = "MailScanBridge.Zeek.ZeekRawEvent";
    private const string Token = "System.Threading.CancellationToken";

    public static Generated Emit(INamedTypeSymbol type)
    {
        var complaints = new List<Complaint>();
        Declaration.Check(type, complaints);
        if (Declaration.BasesOf(type).FirstOrDefault(IsHandler) is { } handler)
            complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.BadForm, type.Name, $"derives from the handler '{handler.Name}', whose methods would no longer be called; use two handlers"));
        var methods = new List<(IMethodSymbol Method, string Event)>();
        foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
        {
            if (EventName(method) is not { } name)
                continue;
            var location = method.Locations.FirstOrDefault();
            Declaration.CheckGlobalName(name, location, complaints);
            if (method.MethodKind != MethodKind.Ordinary || method.IsStatic || method.IsGenericMethod || Result(method) is null || method.Parameters.Any(parameter => parameter.RefKind != RefKind.None))
                complaints.Add(Complaint.At(location, Diagnostics.BadHandler, method.Name));
            if (methods.Any(other => other.Event == name))
                complaints.Add(Complaint.At(location, Diagnostics.NameClash, type.Name, name));
            methods.Add((method, name));
        }

        var code = new CodeText();
        var open = Declaration.Open(code, type, Declaration.Namespace + "IZeekHandler");
        WriteSwitch(code, methods);
        var limits = Limits.Of(type, complaints);
        if (limits is not null && methods.All(method => Given(method.Method).All(IsTyped)))
            complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.IdleLimits, type.Name, "no method with parameters for an event's arguments; put it on the typed events"));
        var enums = new EnumEmitter();
        var keys = new KeyEmitter();
        for (var i = 0; i < methods.Count; i++)
            WriteCall(code, enums, keys, limits, methods[i].Method, methods[i].Event, i, complaints);
        enums.Write(code);
        keys.Write(code);
        Declaration.CheckMembers(
            type, [.. enums.Names, .. keys.Names, .. Enumerable.Range(0, methods.Count).SelectMany(i => new[] { $"__Fields{i}", $"__Call{i}" })], complaints);
        for (; open > 0; open--)
            code.Close();
        return complaints.Count > 0
            ? new Generated("", "", new EquatableArray<Complaint>([.. complaints]))
            : new Generated(Declaration.Hint(type, "ZeekHandler"), code.ToString(), default);
    }

    private static void WriteSwitch(CodeText code, List<(IMethodSymbol Method, string Event)> methods)
    {
        var names = string.Join(", ", methods.Select(method => Declaration.Literal(method.Event)));
        code.Line($"global::System.Collections.Generic.IReadOnlyCollection<string>? {Declaration.Namespace}IZeekHandler.EventNames => new string[] {{ {names} }};");
        code.Open($"async global::System.Threading.Tasks.ValueTask<bool> {Declaration.Namespace}IZeekHandler.HandleAsync({Declaration.Namespace}ZeekRawEvent e, global::System.Threading.CancellationToken cancellationToken)");
        code.Open("switch (e.Name)");
        for (var i = 0; i < methods.Count; i++)
        {
            code.Line($"case {Declaration.Literal(methods[i].Event)}:");
            code.Line($"    await __Call{i}(e, cancellationToken).ConfigureAwait(false);");
            code.Line("    return true;");
        }

        code.Line("default:");
        code.Line("    return false;");
        code.Close();
        code.Close();
    }

    private static void WriteCall(
        CodeText code, EnumEmitter enums, KeyEmitter keys, Limits? limits, IMethodSymbol method, string eventName, int number, List<Complaint> complaints)
    {
        var given = Given(method);
        var typed = given.Count == 1 && IsTyped(given[0]);
        if (typed && EventName(given[0].Type) is { } own && own != eventName)
            complaints.Add(Complaint.At(method.Locations.FirstOrDefault(), Diagnostics.OtherEvent, method.Name, eventName, given[0].Type.Name, own));
        var fields = typed ? [] : Field.From(given, parameter => parameter.Type, method.Name, complaints);
        if (fields.Count != given.Count && !typed)
            return;
        if (!typed)
            Field.WriteInfos(code, fields, "__Fields" + number);
        code.Open($"private global::System.Threading.Tasks.ValueTask __Call{number}({Declaration.Namespace}ZeekRawEvent e, global::System.Threading.CancellationToken cancellationToken)");
        List<string> locals;
        if (typed)
        {
            locals = [$"e.As<{given[0].Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}>()"];
        }
        else
        {
            code.Line("var reader = e.OpenArgs();");
            locals = Field.WriteReads(code, enums, keys, fields, eventName, limits, "__Fields" + number);
            code.Line($"{Declaration.Namespace}ZeekTyped.EndArgs(ref reader, e);");
        }

        var next = 0;
        var arguments = method.Parameters.Select(parameter => parameter.Type.ToDisplayString() switch
        {
            Raw => "e",
            Token => "cancellationToken",
            _ => locals[next++],
        });
        var call = $"this.{Declaration.Escaped(method.Name)}({string.Join(", ", arguments)})";
        switch (Result(method))
        {
            case "void":
                code.Line(call + ";");
                code.Line("return default;");
                break;
            case "Task":
                code.Line($"return new global::System.Threading.Tasks.ValueTask({call});");
                break;
            default:
                code.Line($"return {call};");
                break;
        }

        code.Close();
    }

    private static List<IParameterSymbol> Given(IMethodSymbol method) =>
        [.. method.Parameters.Where(parameter => parameter.Type.ToDisplayString() is not (Raw or Token))];

    private static bool IsTyped(IParameterSymbol parameter) => EventName(parameter.Type) is not null;

    private static string? EventName(ISymbol symbol) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == "MailScanBridge.Zeek.ZeekEventAttribute")?.ConstructorArguments.FirstOrDefault().Value as string;

    private static bool IsHandler(INamedTypeSymbol type) =>
        type.AllInterfaces.Any(each => each.ToDisplayString() == "MailScanBridge.Zeek.IZeekHandler") || type.GetMembers().OfType<IMethodSymbol>().Any(method => EventName(method) is not null);

    private static string? Result(IMethodSymbol method) => method.ReturnsVoid
        ? "void"
        : method.ReturnType.ToDisplayString() switch
        {
            "System.Threading.Tasks.Task" => "Task",
            "System.Threading.Tasks.ValueTask" => "ValueTask",
            _ => null,
        };
}
