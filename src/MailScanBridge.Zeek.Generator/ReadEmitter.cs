namespace MailScanBridge.Zeek.Generator;

/// <summary>Writes the statements that read a value from a <c>ZeekReader</c> named <c>reader</c> into a variable.</summary>
internal sealed class ReadEmitter(CodeText code, EnumEmitter enums, KeyEmitter keys, int field, string type, Limits? limits)
{
    private readonly string _where = $"ZeekFields, {field}, {Declaration.Literal(type)}";

    public void Read(ZeekType value, string target) => Read(value, target, "Expect");

    private void Read(ZeekType value, string target, string expect)
    {
        if (value.Optional)
        {
            code.Open("if (reader.TryReadNone())");
            code.Line($"{target} = null;");
            code.Close();
            code.Open("else");
            ReadSet(value, target, expect);
            code.Close();
            return;
        }

        ReadSet(value, target, expect);
    }

    private void ReadSet(ZeekType value, string target, string expect)
    {
        if (value.Shape != Shape.Any)
            code.Line($"{Declaration.Namespace}ZeekTyped.{expect}(ref reader, {Declaration.Namespace}ZeekKind.{value.Kind}, {_where});");
        switch (value.Shape)
        {
            case Shape.Scalar when limits is not null && value.Method == "String":
                code.Line($"{target} = {Declaration.Namespace}ZeekTyped.ReadText(ref reader, {limits.StringBytes}, {(limits.RejectInvalidUtf8 ? "true" : "false")}, {_where});");
                break;
            case Shape.Scalar when limits is not null && value.Method == "Bytes":
                code.Line($"{target} = {Declaration.Namespace}ZeekTyped.ReadBytes(ref reader, {limits.StringBytes}, {_where}).ToArray();");
                break;
            case Shape.Scalar:
                code.Line($"{target} = reader.Read{value.Method}(){(value.Method == "Bytes" ? ".ToArray()" : "")};");
                break;
            case Shape.Any:
                code.Line($"{target} = reader.ReadValue();");
                break;
            case Shape.Narrow:
                ReadNarrow(value, target);
                break;
            case Shape.Enum:
                var name = code.Name("name");
                var member = code.Name("member");
                code.Line($"var {name} = reader.ReadEnum();");
                code.Line($"if (!{enums.Parser(value)}({name}, out var {member}))");
                code.Line($"    {Declaration.Namespace}ZeekTyped.FailEnum({name}, {_where});");
                code.Line($"{target} = {member};");
                break;
            case Shape.Record:
                code.Line($"{target} = {value.CSharp}.Read(ref reader);");
                break;
            case Shape.Tuple:
                ReadTuple(value, target);
                break;
            default:
                ReadContainer(value, target);
                break;
        }
    }

    private void ReadNarrow(ZeekType value, string target)
    {
        var wide = code.Name("wide");
        code.Line($"var {wide} = reader.Read{value.Method}();");
        code.Line($"if ({wide} > {value.CSharp}.MaxValue{(value.Kind == "Integer" ? $" || {wide} < {value.CSharp}.MinValue" : "")})");
        code.Line($"    {Declaration.Namespace}ZeekTyped.Fail(\"a number too large\", {_where});");
        code.Line($"{target} = ({value.CSharp}){wide};");
    }

    private void ReadTuple(ZeekType value, string target)
    {
        code.Line($"if (reader.ReadVectorHeader() != {value.Inner.Count})");
        code.Line($"    {Declaration.Namespace}ZeekTyped.Fail(\"an index of another number of parts\", {_where});");
        var parts = value.Inner.Select(inner => Local(inner, "part")).ToList();
        code.Line($"{target} = ({string.Join(", ", parts)});");
    }

    private void ReadContainer(ZeekType value, string target)
    {
        var count = code.Name("count");
        var items = code.Name("items");
        var i = code.Name("i");
        if (value.Shape == Shape.Vector && value.Inner[0].Shape == Shape.Any)
        {
            // Read as one value, whose limits hold for all of it; only its count is looked at before.
            if (limits is not null)
            {
                var ahead = code.Name("ahead");
                code.Line($"var {ahead} = reader;");
                code.Line($"{Declaration.Namespace}ZeekTyped.CheckCount({ahead}.ReadVectorHeader(), {limits.Items}, {_where});");
            }

            code.Line($"{target} = {(value.IsArray || IsList(value) ? "[.. reader.ReadValue().AsVector()]" : "reader.ReadValue().AsVector()")};");
            return;
        }

        var start = code.Name("start");
        if (value.Shape != Shape.Vector)
            code.Line($"var {start} = reader.Position;");
        code.Line($"var {count} = reader.Read{value.Kind}Header();");
        if (limits is not null)
            code.Line($"{Declaration.Namespace}ZeekTyped.CheckCount({count}, {limits.Items}, {_where});");
        var inner = string.Join(", ", value.Inner.Select(each => each.CSharp));
        var grows = value.Shape == Shape.Vector && !IsList(value) && value.Inner[0] is { Shape: Shape.Record or Shape.Tuple, IsReference: false };
        var comparer = value.Shape == Shape.Vector ? "" : keys.Argument(value.Inner[0], count);
        code.Line(value.Shape switch
        {
            // No more than there are bytes left; sets, tables and vectors of structs cost more for each item, so they grow as the items come.
            Shape.Vector when grows => $"var {items} = {Declaration.Namespace}ZeekTyped.NewItems<{inner}>({count});",
            Shape.Vector when IsList(value) => $"var {items} = new global::System.Collections.Generic.List<{inner}>(global::System.Math.Min({count}, 1024));",
            Shape.Vector => $"var {items} = {count} == 0 ? global::System.Array.Empty<{inner}>() : {NewArray(value.Inner[0], count)};",
            Shape.Set => $"var {items} = new global::System.Collections.Generic.HashSet<{inner}>(global::System.Math.Min({count}, 1024){comparer});",
            _ => $"var {items} = new global::System.Collections.Generic.Dictionary<{inner}>(global::System.Math.Min({count}, 1024){comparer});",
        });
        code.Open($"for (var {i} = 0; {i} < {count}; {i}++)");
        var item = Local(value.Inner[0], "item");
        switch (value.Shape)
        {
            case Shape.Vector when IsList(value):
                code.Line($"{items}.Add({item});");
                break;
            case Shape.Vector:
                if (grows)
                {
                    code.Line($"if ({i} == {items}.Length)");
                    code.Line($"    {Declaration.Namespace}ZeekTyped.Grow(ref {items}, {count});");
                }

                code.Line($"{items}[{i}] = {item};");
                break;
            case Shape.Set:
                code.Line($"{items}.Add({item});");
                break;
            default:
                var worth = Local(value.Inner[1], "value");
                code.Line($"{items}.TryAdd({item}, {worth});");
                break;
        }

        code.Close();

        // Equal on the wire means equal in C#, but not the other way round: where nothing was equal, nothing was there twice.
        if (value.Shape != Shape.Vector)
        {
            code.Line($"if ({items}.Count != {count})");
            code.Line($"    {Declaration.Namespace}ZeekTyped.CheckDistinct(ref reader, {start});");
        }

        code.Line($"{target} = {items};");
    }

    // The brackets of an array of arrays come in the order in which they are used: T[count][].
    private static string NewArray(ZeekType item, string count)
    {
        var element = item.CSharp;
        while (element.EndsWith("[]", StringComparison.Ordinal))
            element = element.Substring(0, element.Length - 2);
        return $"new {element}[{count}]{item.CSharp.Substring(element.Length)}";
    }

    private static bool IsList(ZeekType value) => value.CSharp.StartsWith("global::System.Collections.Generic.List<", StringComparison.Ordinal) && !value.IsArray;

    private string Local(ZeekType value, string stem)
    {
        var local = code.Name(stem);
        code.Line($"{value.CSharp}{(value.Optional ? "?" : "")} {local};");
        Read(value, local, "ExpectItem");
        return local;
    }
}
