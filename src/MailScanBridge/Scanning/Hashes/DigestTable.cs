namespace MailScanBridge.Scanning.Hashes;

/// <summary>
/// Hashes of one kind, sorted, each in its own size and not one byte more, with an offset into the names where the list has
/// any. Filled by one thread, then sealed; after that it does not change and any thread may ask.
/// </summary>
internal sealed class DigestTable<T>
    where T : unmanaged, IDigest<T>
{
    private T[] _digests = [];
    private int[]? _names;
    private bool _inOrder = true;

    public int Count { get; private set; }

    public void Add(T digest, int name)
    {
        if (Count == _digests.Length)
        {
            var size = Math.Max(1024, (int)Math.Min(Array.MaxLength, _digests.Length * 2L));
            Array.Resize(ref _digests, size);
            if (_names is not null)
            {
                Array.Resize(ref _names, size);
            }
        }

        _inOrder &= Count == 0 || _digests[Count - 1].CompareTo(digest) <= 0;
        _digests[Count] = digest;
        if (name != 0)
        {
            _names ??= new int[_digests.Length]; // A list without names needs no room for them.
            _names[Count] = name;
        }

        Count++;
    }

    /// <summary>Sorts, and gives back the room that was too much.</summary>
    public void Seal()
    {
        Array.Resize(ref _digests, Count);
        if (_names is not null)
        {
            Array.Resize(ref _names, Count);
        }

        if (!_inOrder)
        {
            Array.Sort(_digests, _names);
        }
    }

    /// <summary>Where the name of a hash stands, 0 where it has none; null where the hash is not here.</summary>
    public int? Find(T digest)
    {
        var at = Array.BinarySearch(_digests, digest);
        return at < 0 ? null : _names?[at] ?? 0;
    }
}
