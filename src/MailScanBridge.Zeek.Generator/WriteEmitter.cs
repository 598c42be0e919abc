namespace MailScanBridge.Zeek.Generator;

/// <summary>Writes the statements that write a value to a <c>ZeekWriter</c> of a given name.</summary>
internal sealed class WriteEmitter(CodeText code, EnumEmitter enums, int field, string type, string writer = "writer")
{
    public void Write(ZeekType value, string expression)
    {
        if (value.Optional)
        {
            var set = code.Name("set");
            code.Open($"if ({expression} is {{ }} {set})");
            WriteNotNull(value, set);
            code.Close();
            code.Open("else");
            code.Line($"{writer}.WriteNone();");
            code.Close();
            return;
        }

        // Code that knows nothing of nullable types may have left it out.
        if (value.IsReference)
            code.Line($"{Declaration.Namespace}ZeekTyped.CheckNotNull({expression}, ZeekFields, {field}, {Declaration.Literal(type)});");
        WriteNotNull(value, expression);
    }

    private void WriteNotNull(ZeekType value, string expression)
    {
        switch (value.Shape)
        {
            case Shape.Scalar or Shape.Narrow or Shape.Any:
                code.Line($"{writer}.Write{value.Method}({expression}{(value.CSharp.StartsWith("global::System.ReadOnlyMemory", StringComparison.Ordinal) ? ".Span" : "")});");
                break;
            case Shape.Enum:
                code.Line($"{writer}.WriteEnum({enums.Namer(value)}({expression}));");
                break;
            case Shape.Record:
                code.Line($"{expression}.Write(ref {writer});");
                break;
            case Shape.Vector:
                code.Line($"{writer}.WriteVectorHeader({expression}.{(value.IsArray ? "Length" : "Count")});");
                var item = code.Name("item");
                code.Open($"foreach (var {item} in {expression})");
                Write(value.Inner[0], item);
                code.Close();
                break;
            case Shape.Tuple:
                code.Line($"{writer}.WriteVectorHeader({value.Inner.Count});");
                for (var i = 0; i < value.Inner.Count; i++)
                    Write(value.Inner[i], $"{expression}.Item{i + 1}");
                break;
            default:
                WriteSorted(value, expression);
                break;
        }
    }

    // Each item is encoded once, beside the message; then they are put in Zeek's order and copied.
    private void WriteSorted(ZeekType value, string expression)
    {
        var isTable = value.Shape == Shape.Table;
        var sorter = code.Name("sorter");
        var items = code.Name("items");
        var item = code.Name("item");
        var inner = new WriteEmitter(code, enums, field, type, items);
        code.Open("");
        code.Line($"using var {sorter} = {Declaration.Namespace}ZeekItemSorter.Rent();");
        code.Line($"var {items} = {sorter}.Begin();");
        code.Open($"foreach (var {item} in {expression})");
        inner.Write(value.Inner[0], isTable ? item + ".Key" : item);
        code.Line($"{sorter}.EndKey(ref {items});");
        if (isTable)
            inner.Write(value.Inner[1], item + ".Value");
        code.Line($"{sorter}.EndItem(ref {items});");
        code.Close();
        code.Line($"{sorter}.End(ref {items}, {Declaration.Namespace}ZeekKind.{value.Kind});");
        code.Line($"{sorter}.WriteTo(ref {writer});");
        code.Close();
    }
}
