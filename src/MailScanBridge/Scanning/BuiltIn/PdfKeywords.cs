namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Counts the words of a PDF that matter, as pdfid does (https://blog.didierstevens.com/programs/pdf-tools/): no
/// grammar, so that a broken file hides nothing; names are compared with their #xx escapes decoded, and how many of them
/// were escaped is counted as well. Not thread-safe.
/// </summary>
internal sealed class PdfKeywords
{
    private static readonly string[] s_words =
    [
        "obj", "endobj", "stream", "endstream", "xref", "trailer", "startxref",
        "/Page", "/Encrypt", "/ObjStm", "/JS", "/JavaScript", "/AA", "/OpenAction", "/AcroForm", "/JBIG2Decode", "/RichMedia",
        "/Launch", "/EmbeddedFile", "/XFA", "/First",
    ];

    // Longer than any word above, so that what is cut off here could not have matched.
    private const int MaxWord = 32;

    private readonly Dictionary<string, (int Count, int Escaped)> _counts = s_words.ToDictionary(w => w, _ => (0, 0));
    private readonly Dictionary<string, (int Count, int Escaped)>.AlternateLookup<ReadOnlySpan<char>> _byWord;

    private readonly char[] _word = new char[MaxWord];
    private int _length;
    private bool _isName;
    private bool _escaped;
    private int _escapeState; // 0: none, 1: after '#', 2: after '#' and one digit
    private byte _firstDigit;

    public PdfKeywords() => _byWord = _counts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How often the word stands in what was read; names with their slash.</summary>
    public int Count(string word) => _counts[word].Count;

    /// <summary>How many of these were written with #xx escapes, for which an honest program has no need.</summary>
    public int Escaped(string word) => _counts[word].Escaped;

    public void Append(ReadOnlySpan<byte> window)
    {
        foreach (byte b in window)
            Next(b);
    }

    /// <summary>The content ends here.</summary>
    public void Complete()
    {
        if (_escapeState != 0)
            CancelEscape();
        EndWord();
    }

    private void Next(byte b)
    {
        if (_escapeState == 1)
        {
            if (char.IsAsciiHexDigit((char)b))
            {
                _firstDigit = b;
                _escapeState = 2;
                return;
            }

            CancelEscape();
        }
        else if (_escapeState == 2)
        {
            if (char.IsAsciiHexDigit((char)b))
            {
                _escapeState = 0;
                _escaped = true;
                Add((char)(Digit(_firstDigit) * 16 + Digit(b)));
                return;
            }

            CancelEscape();
        }

        if (char.IsAsciiLetterOrDigit((char)b))
        {
            Add((char)b);
        }
        else if (b == '#' && _isName)
        {
            _escapeState = 1;
        }
        else
        {
            EndWord();
            _isName = b == '/';
        }
    }

    // Not an escape after all: the word ends at the '#', and what was held back goes on as the next one.
    private void CancelEscape()
    {
        bool hadDigit = _escapeState == 2;
        _escapeState = 0;
        EndWord();
        if (hadDigit)
            Add((char)_firstDigit);
    }

    private void Add(char c)
    {
        if (_length < MaxWord)
            _word[_length] = c;
        _length++;
    }

    private void EndWord()
    {
        if (_length is > 0 and <= MaxWord)
        {
            Span<char> key = stackalloc char[MaxWord + 1];
            key[0] = '/';
            _word.AsSpan(0, _length).CopyTo(key[1..]);
            ReadOnlySpan<char> word = _isName ? key[..(_length + 1)] : key.Slice(1, _length);
            if (_byWord.TryGetValue(word, out (int Count, int Escaped) count))
                _byWord[word] = (count.Count + 1, count.Escaped + (_escaped ? 1 : 0));
        }

        _length = 0;
        _escaped = false;
    }

    private static int Digit(byte b) => char.IsAsciiDigit((char)b) ? b - '0' : (b | 0x20) - 'a' + 10;
}
