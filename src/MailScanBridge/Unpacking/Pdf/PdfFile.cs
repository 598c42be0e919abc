using System.Globalization;

namespace MailScanBridge.Unpacking.Pdf;

/// <summary>
/// The objects of a PDF, found by walking over the bytes: cross-reference tables are the author's word, and a table that
/// leaves an object out hides it from none of the readers that repair broken files.
/// </summary>
internal sealed class PdfFile
{
    // How often, on average, a byte of the file may be read as part of an object. An honest one is read once; objects that
    // never end are read again and again.
    private const long MaxReads = 16;

    // Objects of one number that a reference may mean. Each save of a file may add one.
    private const int MostOfOneNumber = 256;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<PdfObject> _objects = [];
    private readonly Dictionary<int, List<object?>> _byNumber = [];
    private readonly List<byte[]> _objectStreams = [];
    private readonly List<(string Reason, string Detail)> _unseen = [];

    private PdfFile(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Every object, those in object streams included.</summary>
    public IReadOnlyList<PdfObject> Objects => _objects;

    /// <summary>What the object streams hold, filters undone.</summary>
    public IReadOnlyList<byte[]> ObjectStreams => _objectStreams;

    /// <summary>What could not be looked into, and why.</summary>
    public IReadOnlyList<(string Reason, string Detail)> Unseen => _unseen;

    /// <summary>True where strings and streams are encrypted.</summary>
    public bool IsEncrypted { get; private set; }

    public static PdfFile Read(Stream content, PdfLimits limits, CancellationToken token)
    {
        if (content.Length > limits.MaxFileBytes)
        {
            var none = new PdfFile(ReadOnlyMemory<byte>.Empty);
            none._unseen.Add((Reasons.Limits, $"a PDF larger than {limits.MaxFileBytes} bytes"));
            return none;
        }

        var bytes = new byte[content.Length];
        content.Position = 0;
        content.ReadExactly(bytes);
        var file = new PdfFile(bytes);
        file.ReadObjects(limits, token);
        file.MendLengths();
        file.ReadObjectStreams(limits, token);
        return file;
    }

    /// <summary>Writes a stream's content, filters undone.</summary>
    public void Decode(PdfObject stream, Stream target, PdfLimits limits) =>
        PdfFilters.Decode(_bytes.Slice(stream.DataStart, stream.DataLength), stream.Dictionary!, One, target, limits.MaxObjectStreamBytes);

    /// <summary>What a value may be: itself, or the objects it refers to, of which several may have one number.</summary>
    public IEnumerable<object?> Resolve(object? value)
    {
        if (value is not PdfReference)
            return [value];
        var found = new List<object?>();
        var seen = new HashSet<int>(); // one reference may lead to the next, and back
        var pending = new Stack<object?>([value]);
        while (pending.TryPop(out object? next))
        {
            if (next is not PdfReference reference)
                found.Add(next);
            else if (seen.Add(reference.Number))
                _byNumber.GetValueOrDefault(reference.Number)?.ForEach(pending.Push);
        }

        return found;
    }

    // What decides how bytes are read must be one thing: which of several objects of a number a reader takes, only that reader knows.
    private object? One(object? value)
    {
        if (value is not PdfReference reference)
            return value;
        object?[] found = [.. Resolve(value)];
        return found.Length == 1 ? found[0] : throw new NotSupportedException($"{(found.Length == 0 ? "no object" : "several objects")} {reference.Number} for a filter or its parameters");
    }

    private void Add(PdfObject o)
    {
        _objects.Add(o);
        if (!_byNumber.TryGetValue(o.Number, out List<object?>? same))
            _byNumber.Add(o.Number, same = []);
        if (same.Count < MostOfOneNumber)
            same.Add(o.Value);
        else
            AddUnseen(Reasons.Limits, $"more than {MostOfOneNumber} objects of one number");
    }

    // A length that stands in an object of its own is known only now; without it the data would end at an "endstream" of its own.
    private void MendLengths()
    {
        for (int i = 0; i < _objects.Count; i++)
        {
            PdfObject o = _objects[i];
            if (!o.IsStream || o.Dictionary!.GetValueOrDefault("Length") is not PdfReference length)
                continue;
            foreach (object? value in Resolve(length))
            {
                if (value is double and > 0 and <= int.MaxValue && DataLength(_bytes.Span, o.DataStart, (int)(double)value) is var stated && stated > o.DataLength)
                    _objects[i] = o = o with { DataLength = stated };
            }
        }
    }

    // An object stream is one by what refers to it; its type is decoration, which some readers never look at.
    private bool IsObjectStream(PdfObject o) => o.IsStream
        && (Resolve(o.Dictionary!.GetValueOrDefault("Type")).Any(t => t is PdfName { Value: "ObjStm" }) || (o.Dictionary!.ContainsKey("First") && o.Dictionary.ContainsKey("N")));

    private int Number(PdfDictionary dictionary, string key) => Resolve(dictionary.GetValueOrDefault(key)).Select(v => v is double and >= 0 and <= int.MaxValue ? (int)(double)v : 0).DefaultIfEmpty().Max();

    private void ReadObjects(PdfLimits limits, CancellationToken token)
    {
        ReadOnlySpan<byte> bytes = _bytes.Span;
        int at = 0;
        long read = 0;
        while (true)
        {
            token.ThrowIfCancellationRequested();
            int next = bytes[at..].IndexOf("obj"u8);
            if (next < 0)
                break;
            at += next + 3;
            if (ObjectNumber(bytes[..(at - 3)]) is not { } number)
                continue;
            if (_objects.Count >= limits.MaxObjects || read > MaxReads * bytes.Length)
            {
                AddUnseen(Reasons.Limits, $"a PDF of more than {limits.MaxObjects} objects, or of objects without end");
                break;
            }

            // The search goes on right behind the keyword, not behind the object: an object that never ends, or a stream
            // that claims to be long, would hide all that follows.
            Add(ReadObject(bytes, number, at, limits, out int end));
            read += end - at;
        }

        // The trailer says whether the file is encrypted; with a cross-reference stream, its dictionary is the trailer.
        IsEncrypted |= HasTrailerEntry(bytes, "Encrypt", limits) || _objects.Exists(o => o.Dictionary is { } d && d.Name("Type") == "XRef" && d.ContainsKey("Encrypt"));
    }

    private PdfObject ReadObject(ReadOnlySpan<byte> bytes, int number, int at, PdfLimits limits, out int end)
    {
        var parser = new PdfParser(bytes, at, limits.MaxNesting);
        object? value = parser.Read();
        end = parser.TooDeep ? at : parser.Position;
        if (parser.TooDeep)
            AddUnseen(Reasons.Limits, $"PDF values more than {limits.MaxNesting} deep");
        if (value is not PdfDictionary dictionary || parser.TooDeep || !parser.Accept("stream"u8))
            return new PdfObject(number, value);

        int start = parser.Position;
        if (start < bytes.Length && bytes[start] == '\r')
            start++;
        if (start < bytes.Length && bytes[start] == '\n')
            start++;
        int length = DataLength(bytes, start, dictionary.Number("Length"));
        end = start + length;
        return new PdfObject(number, value, start, length);
    }

    // The stated length where "endstream" follows it, else up to the next one: the length is the author's word as well.
    private static int DataLength(ReadOnlySpan<byte> bytes, int start, int? stated)
    {
        if (stated is { } length && length <= bytes.Length - start)
        {
            ReadOnlySpan<byte> after = bytes[(start + length)..];
            while (!after.IsEmpty && PdfParser.IsSpace(after[0]))
                after = after[1..];
            if (after.StartsWith("endstream"u8))
                return length;
        }

        int end = bytes[start..].IndexOf("endstream"u8);
        if (end < 0)
            end = bytes[start..].IndexOf("endobj"u8);
        return end < 0 ? bytes.Length - start : end;
    }

    private void ReadObjectStreams(PdfLimits limits, CancellationToken token)
    {
        int left = limits.MaxObjectStreamBytes;
        foreach (PdfObject container in _objects.FindAll(IsObjectStream))
        {
            token.ThrowIfCancellationRequested();
            if (IsEncrypted)
            {
                AddUnseen(Reasons.Encrypted, "object streams are encrypted");
                return;
            }

            using var content = new BoundedBuffer(left);
            try
            {
                Decode(container, content, limits);
            }
            catch (LimitReachedException e)
            {
                AddUnseen(Reasons.Limits, e.Message);
            }
            catch (Exception e) when (Hostile.Describe(e) is { } hostile)
            {
                AddUnseen(hostile.Reason, $"object stream {container.Number}: {hostile.Detail}");
            }

            byte[] bytes = content.ToArray();
            left -= bytes.Length;
            _objectStreams.Add(bytes);
            ReadMembers(container.Dictionary!, bytes, limits);
        }
    }

    // 7.5.7: pairs of object number and offset, then the objects from /First on.
    private void ReadMembers(PdfDictionary dictionary, byte[] content, PdfLimits limits)
    {
        int first = Number(dictionary, "First"), count = Number(dictionary, "N");
        var header = new PdfParser(content, 0, limits.MaxNesting);
        for (int i = 0; i < count && header.Position < Math.Min(first, content.Length); i++)
        {
            if (header.Read() is not double number || header.Read() is not double offset || offset + first >= content.Length)
                break;
            if (_objects.Count >= limits.MaxObjects)
            {
                AddUnseen(Reasons.Limits, $"a PDF of more than {limits.MaxObjects} objects");
                return;
            }

            var parser = new PdfParser(content, first + (int)offset, limits.MaxNesting);
            Add(new PdfObject((int)number, parser.Read()));
            if (parser.TooDeep)
                AddUnseen(Reasons.Limits, $"PDF values more than {limits.MaxNesting} deep");
        }
    }

    private static bool HasTrailerEntry(ReadOnlySpan<byte> bytes, string key, PdfLimits limits)
    {
        for (int at = 0; bytes[at..].IndexOf("trailer"u8) is var next and >= 0;)
        {
            at += next + "trailer"u8.Length;
            if (new PdfParser(bytes, at, limits.MaxNesting).Read() is PdfDictionary trailer && trailer.ContainsKey(key))
                return true;
        }

        return false;
    }

    /// <summary>The number in "12 0 obj", read backwards from the keyword; null where it is another word that ends in obj.</summary>
    private static int? ObjectNumber(ReadOnlySpan<byte> before)
    {
        int at = before.Length;
        if (!Back(ref at, before, space: true) || !Back(ref at, before, space: false))
            return null;
        if (!Back(ref at, before, space: true))
            return null;
        int end = at;
        if (!Back(ref at, before, space: false))
            return null;
        return int.TryParse(before[at..end], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

        static bool Back(ref int at, ReadOnlySpan<byte> bytes, bool space)
        {
            int start = at;
            while (at > 0 && start - at < 32 && (space ? PdfParser.IsSpace(bytes[at - 1]) : char.IsAsciiDigit((char)bytes[at - 1])))
                at--;
            return at < start;
        }
    }

    private void AddUnseen(string reason, string detail)
    {
        if (!_unseen.Contains((reason, detail)))
            _unseen.Add((reason, detail));
    }
}
