namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Searches a stream of windows for signatures, those that lie across the border of two windows included, in memory
/// bounded by the longest signature. Hot: every byte of every item passes here. Not thread-safe.
/// </summary>
internal sealed class SignatureSearch
{
    private readonly List<ByteSignature> _missing;
    private readonly List<Finding> _found = [];
    private readonly byte[] _seam;
    private readonly int _overlap;
    private int _kept;

    public SignatureSearch(IEnumerable<ByteSignature> signatures)
    {
        _missing = [.. signatures];
        _overlap = _missing.Count == 0 ? 0 : _missing.Max(s => s.Pattern.Length) - 1;
        _seam = new byte[_overlap * 2];
    }

    public IReadOnlyList<Finding> Found => _found;

    public void Append(ReadOnlySpan<byte> window)
    {
        // The seam: the end of the last window and the start of this one, long enough for any signature across the border.
        int head = Math.Min(_overlap, window.Length);
        window[..head].CopyTo(_seam.AsSpan(_kept));
        Search(_seam.AsSpan(0, _kept + head));
        Search(window);

        if (window.Length >= _overlap)
        {
            window[^_overlap..].CopyTo(_seam);
            _kept = _overlap;
            return;
        }

        int total = _kept + window.Length;
        int keep = Math.Min(_overlap, total);
        _seam.AsSpan(total - keep, keep).CopyTo(_seam);
        _kept = keep;
    }

    private void Search(ReadOnlySpan<byte> bytes)
    {
        for (int i = _missing.Count - 1; i >= 0; i--)
        {
            if (bytes.IndexOf(_missing[i].Pattern) < 0)
                continue;
            _found.Add(_missing[i].Finding);
            _missing.RemoveAt(i);
        }
    }
}
