using System.Globalization;
using System.Text;

namespace MailScanBridge.Unpacking.Pdf;

/// <summary>Reads PDF values (ISO 32000-1, 7.2 and 7.3), tolerant of what readers tolerate. A struct over bytes; nothing it does can leave them.</summary>
internal ref struct PdfParser(ReadOnlySpan<byte> bytes, int position, int maxNesting)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; } = position;

    /// <summary>True where nesting was deeper than allowed, so that a value is not whole.</summary>
    public bool TooDeep { get; private set; }

    /// <summary>The next value; null for the null object, for a keyword, and at the end.</summary>
    public object? Read() => Read(0);

    /// <summary>Steps over the keyword if it is next.</summary>
    public bool Accept(ReadOnlySpan<byte> keyword)
    {
        SkipSpace();
        if (!_bytes[Position..].StartsWith(keyword))
            return false;
        Position += keyword.Length;
        return true;
    }

    private object? Read(int depth)
    {
        SkipSpace();
        if (Position >= _bytes.Length)
            return null;
        if (depth > maxNesting)
        {
            TooDeep = true;
            Position = _bytes.Length;
            return null;
        }

        switch (_bytes[Position])
        {
            case (byte)'/':
                Position++;
                return new PdfName(ReadName());
            case (byte)'(':
                return ReadString();
            case (byte)'[':
                Position++;
                return ReadArray(depth);
            case (byte)'<' when Position + 1 < _bytes.Length && _bytes[Position + 1] == '<':
                Position += 2;
                return ReadDictionary(depth);
            case (byte)'<':
                return ReadHex();
            case (byte)'>' or (byte)']' or (byte)')' or (byte)'{' or (byte)'}':
                Position++; // stray
                return null;
            default:
                return ReadWord();
        }
    }

    private PdfDictionary ReadDictionary(int depth)
    {
        var dictionary = new PdfDictionary();
        while (true)
        {
            SkipSpace();
            if (Position >= _bytes.Length)
                return dictionary;
            if (_bytes[Position] == '>')
            {
                Position += Position + 1 < _bytes.Length && _bytes[Position + 1] == '>' ? 2 : 1;
                return dictionary;
            }

            if (_bytes[Position] != '/')
            {
                // Not a key: a broken dictionary. What ends an object ends this as well.
                if (Ends())
                    return dictionary;
                Read(depth + 1);
                continue;
            }

            Position++;
            string key = ReadName();
            SkipSpace();
            if (Position < _bytes.Length && _bytes[Position] == '>')
                continue;
            dictionary[key] = Read(depth + 1);
        }
    }

    private List<object?> ReadArray(int depth)
    {
        var items = new List<object?>();
        while (true)
        {
            SkipSpace();
            if (Position >= _bytes.Length || Ends())
                return items;
            if (_bytes[Position] == ']')
            {
                Position++;
                return items;
            }

            items.Add(Read(depth + 1));
        }
    }

    private readonly bool Ends() => _bytes[Position..].StartsWith("endobj"u8) || _bytes[Position..].StartsWith("stream"u8) || _bytes[Position..].StartsWith("endstream"u8);

    private string ReadName()
    {
        var name = new StringBuilder();
        while (Position < _bytes.Length && !IsSpace(_bytes[Position]) && !IsDelimiter(_bytes[Position]))
        {
            byte b = _bytes[Position++];
            if (b == '#' && Position + 1 < _bytes.Length && char.IsAsciiHexDigit((char)_bytes[Position]) && char.IsAsciiHexDigit((char)_bytes[Position + 1]))
            {
                b = (byte)(Digit(_bytes[Position]) * 16 + Digit(_bytes[Position + 1]));
                Position += 2;
            }

            name.Append((char)b);
        }

        return name.ToString();
    }

    // Literal string (7.3.4.2): balanced brackets need no escape.
    private byte[] ReadString()
    {
        using var text = new MemoryStream();
        int open = 0;
        while (Position < _bytes.Length)
        {
            byte b = _bytes[Position++];
            switch (b)
            {
                case (byte)'(' when open++ == 0:
                    continue;
                case (byte)')' when --open == 0:
                    return text.ToArray();
                case (byte)'\\' when Position < _bytes.Length:
                    Escape(text);
                    continue;
            }

            text.WriteByte(b);
        }

        return text.ToArray();
    }

    private void Escape(MemoryStream text)
    {
        byte b = _bytes[Position++];
        if (b is >= (byte)'0' and <= (byte)'7')
        {
            int value = b - '0';
            for (int i = 0; i < 2 && Position < _bytes.Length && _bytes[Position] is >= (byte)'0' and <= (byte)'7'; i++)
                value = value * 8 + (_bytes[Position++] - '0');
            text.WriteByte((byte)value);
            return;
        }

        switch (b)
        {
            case (byte)'\r' or (byte)'\n':
                break; // a line continued
            case (byte)'n':
                text.WriteByte((byte)'\n');
                break;
            case (byte)'r':
                text.WriteByte((byte)'\r');
                break;
            case (byte)'t':
                text.WriteByte((byte)'\t');
                break;
            default:
                text.WriteByte(b);
                break;
        }
    }

    private byte[] ReadHex()
    {
        Position++;
        int end = _bytes[Position..].IndexOf((byte)'>');
        ReadOnlySpan<byte> digits = end < 0 ? _bytes[Position..] : _bytes.Slice(Position, end);
        Position = end < 0 ? _bytes.Length : Position + end + 1;
        return PdfFilters.Hex(digits);
    }

    // A number, a reference (two numbers and R), or a keyword.
    private object? ReadWord()
    {
        ReadOnlySpan<byte> word = NextWord();
        if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            return word.SequenceEqual("true"u8) ? true : word.SequenceEqual("false"u8) ? false : null;
        if (number is < 0 or > int.MaxValue || number % 1 != 0)
            return number;
        int after = Position;
        SkipSpace();
        if (int.TryParse(NextWord(), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            SkipSpace();
            if (NextWord().SequenceEqual("R"u8))
                return new PdfReference((int)number);
        }

        Position = after;
        return number;
    }

    private ReadOnlySpan<byte> NextWord()
    {
        int start = Position;
        while (Position < _bytes.Length && !IsSpace(_bytes[Position]) && !IsDelimiter(_bytes[Position]))
            Position++;
        return _bytes[start..Position];
    }

    private void SkipSpace()
    {
        while (Position < _bytes.Length)
        {
            if (IsSpace(_bytes[Position]))
            {
                Position++;
            }
            else if (_bytes[Position] == '%')
            {
                int end = _bytes[Position..].IndexOfAny((byte)'\r', (byte)'\n');
                Position = end < 0 ? _bytes.Length : Position + end;
            }
            else
            {
                return;
            }
        }
    }

    public static bool IsSpace(byte b) => b is 0 or 9 or 10 or 12 or 13 or 32;

    private static bool IsDelimiter(byte b) => b is (byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)'/' or (byte)'%';

    private static int Digit(byte b) => char.IsAsciiDigit((char)b) ? b - '0' : (b | 0x20) - 'a' + 10;
}
