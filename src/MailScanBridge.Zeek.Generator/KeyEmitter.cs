namespace MailScanBridge.Zeek.Generator;

/// <summary>Collects the types of a type's keys, and writes for each a comparer whose hash no stranger can foresee.</summary>
internal sealed class KeyEmitter
{
    // Below this not even keys that all have one hash cost anything to speak of, and a collection without a comparer is a little faster.
    private const int SmallAtMost = 32;

    private readonly List<ZeekType> _keys = [];

    /// <summary>The names of the members that are written.</summary>
    public IEnumerable<string> Names => _keys.Select((_, i) => Name(i));

    /// <summary>What stands as a comparer behind a collection's capacity; empty where the key's own hash will do.</summary>
    public string Argument(ZeekType key, string count)
    {
        if (!IsForeseeable(key))
            return "";
        var at = _keys.FindIndex(known => known.CSharp == key.CSharp);
        if (at < 0)
        {
            at = _keys.Count;
            _keys.Add(key);
        }

        return $", {count} > {SmallAtMost} ? {Name(at)}.Instance : null";
    }

    public void Write(CodeText code)
    {
        for (var i = 0; i < _keys.Count; i++)
        {
            var key = _keys[i];
            var nullable = key.CSharp + (key.IsReference ? "?" : "");
            code.Open($"private sealed class {Name(i)} : global::System.Collections.Generic.IEqualityComparer<{key.CSharp}>");
            code.Line($"public static readonly {Name(i)} Instance = new {Name(i)}();");
            code.Line($"public bool Equals({nullable} x, {nullable} y) => global::System.Collections.Generic.EqualityComparer<{key.CSharp}>.Default.Equals(x, y);");
            code.Open($"public int GetHashCode({key.CSharp} key)");
            code.Line($"var hash = new {Declaration.Namespace}ZeekKeyHash();");
            WriteAdd(code, key, "key");
            code.Line("return hash.ToHashCode();");
            code.Close();
            code.Close();
        }
    }

    /// <summary>Writes the statements that add a value to <c>hash</c>.</summary>
    public static void WriteAdd(CodeText code, ZeekType value, string expression)
    {
        if (value.Optional)
        {
            var set = code.Name("set");
            code.Open($"if ({expression} is {{ }} {set})");
            WriteAdd(code, value with { Optional = false }, set);
            code.Close();
            code.Open("else");
            code.Line("hash.Add(0UL);");
            code.Close();
            return;
        }

        switch (value.Shape)
        {
            case Shape.Tuple:
                for (var i = 0; i < value.Inner.Count; i++)
                    WriteAdd(code, value.Inner[i], $"{expression}.Item{i + 1}");
                break;
            case Shape.Record:
                code.Line($"hash.AddRecord<{value.CSharp}>({expression});");
                break;
            case Shape.Enum:
                code.Line($"hash.Add(unchecked((long){expression}));");
                break;
            default:
                code.Line($"hash.Add({expression});");
                break;
        }
    }

    private static string Name(int at) => "__Keys" + at.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // Texts have a secret in their hash, values one of this library; of the rest there are too few, or the hash is the content itself.
    private static bool IsForeseeable(ZeekType key) => key.Shape switch
    {
        Shape.Tuple or Shape.Record => true,
        Shape.Narrow => !key.CSharp.StartsWith("ushort", StringComparison.Ordinal),
        Shape.Scalar => key.Method is not ("String" or "Boolean" or "Port"),
        _ => false,
    };
}
