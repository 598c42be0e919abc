namespace MailScanBridge.Zeek.Generator;

/// <summary>Writes the statements that write a value to a <c>ZeekWriter</c> named <c>writer</c>.</summary>
internal sealed class WriteEmitter(CodeText code, EnumEmitter enums)
{
    private const string Value = Declaration.Namespace + "ZeekValue";
    private const string Linq = "global::System.Linq.Enumerable";

    public void Write(ZeekType value, string expression)
    {
        if (value.Optional)
        {
            var set = code.Name("set");
            code.Open($"if ({expression} is {{ }} {set})");
            WriteSet(value, set);
            code.Close();
            code.Open("else");
            code.Line("writer.WriteNone();");
            code.Close();
            return;
        }

        WriteSet(value, expression);
    }

    private void WriteSet(ZeekType value, string expression)
    {
        switch (value.Shape)
        {
            case Shape.Scalar or Shape.Narrow or Shape.Any:
                code.Line($"writer.Write{value.Method}({expression}{(value.CSharp.StartsWith("global::System.ReadOnlyMemory", StringComparison.Ordinal) ? ".Span" : "")});");
                break;
            case Shape.Enum:
                code.Line($"writer.WriteEnum({enums.Namer(value)}({expression}));");
                break;
            case Shape.Record:
                code.Line($"{expression}.Write(ref writer);");
                break;
            case Shape.Vector:
                code.Line($"writer.WriteVectorHeader({expression}.{(value.IsArray ? "Length" : "Count")});");
                var item = code.Name("item");
                code.Open($"foreach (var {item} in {expression})");
                Write(value.Inner[0], item);
                code.Close();
                break;
            case Shape.Tuple:
                code.Line($"writer.WriteVectorHeader({value.Inner.Count});");
                for (var i = 0; i < value.Inner.Count; i++)
                    Write(value.Inner[i], $"{expression}.Item{i + 1}");
                break;
            default:
                // By way of values, which know Zeek's order.
                code.Line($"writer.WriteValue({ToValue(value, expression)});");
                break;
        }
    }

    private string ToValue(ZeekType value, string expression)
    {
        if (value.Optional)
        {
            var set = code.Name("set");
            return $"({expression} is {{ }} {set} ? {ToValue(value with { Optional = false }, set)} : {Value}.None)";
        }

        var x = code.Name("x");
        return value.Shape switch
        {
            Shape.Any => expression,
            Shape.Scalar or Shape.Narrow => $"{Value}.From{Factory(value)}({expression}{(value.CSharp.StartsWith("global::System.ReadOnlyMemory", StringComparison.Ordinal) ? ".Span" : "")})",
            Shape.Enum => $"{Value}.FromEnum({enums.Namer(value)}({expression}))",
            Shape.Record => $"{Declaration.Namespace}ZeekTyped.ToValue({expression})",
            Shape.Vector => $"{Value}.FromVector({Linq}.ToArray({Linq}.Select({expression}, {x} => {ToValue(value.Inner[0], x)})))",
            Shape.Set => $"{Value}.FromSet({Linq}.Select({expression}, {x} => {ToValue(value.Inner[0], x)}))",
            Shape.Tuple => $"{Value}.FromVector({string.Join(", ", value.Inner.Select((inner, i) => ToValue(inner, $"{expression}.Item{i + 1}")))})",
            _ => $"{Value}.FromTable({Linq}.Select({expression}, {x} => global::System.Collections.Generic.KeyValuePair.Create({ToValue(value.Inner[0], x + ".Key")}, {ToValue(value.Inner[1], x + ".Value")})))",
        };
    }

    private static string Factory(ZeekType value) => value.Method == "Boolean" ? "Bool" : value.Method;
}
