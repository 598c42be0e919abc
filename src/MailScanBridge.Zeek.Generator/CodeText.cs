using System.Text;

namespace MailScanBridge.Zeek.Generator;

/// <summary>Source text that knows its indentation, and hands out names that are used once.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private int _names;

    public void Line(string line)
    {
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
    }

    public void Open(string head)
    {
        Line(head);
        Line("{");
        _depth++;
    }

    public void Close()
    {
        _depth--;
        Line("}");
    }

    public string Name(string stem) => "__" + stem + (++_names).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();
}
