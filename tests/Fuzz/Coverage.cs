using System.Numerics;
using SharpFuzz.Common;

namespace Fuzz;

/// <summary>Which branches of the library an input took, as the instrumented code counts them, and which of that no input took before.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 64 * 1024;
    private readonly ulong[] _counts = GC.AllocateArray<ulong>(Size / 8, pinned: true);
    private readonly byte[] _seen = new byte[Size];

    public Coverage()
    {
        fixed (ulong* counts = _counts)
            Trace.SharedMem = (byte*)counts;
    }

    public int Edges { get; private set; }

    public void Reset()
    {
        Array.Clear(_counts);
        Trace.PrevLocation = 0;
    }

    /// <summary>Takes note of what was counted; true where there was something new.</summary>
    public bool IsNew()
    {
        var isNew = false;
        for (var word = 0; word < _counts.Length; word += Vector<ulong>.Count)
        {
            if (new Vector<ulong>(_counts, word) != Vector<ulong>.Zero)
            {
                for (var one = word; one < word + Vector<ulong>.Count; one++)
                    isNew |= _counts[one] != 0 && IsNew(one);
            }
        }

        return isNew;
    }

    private bool IsNew(int word)
    {
        var isNew = false;
        for (var i = word * 8; i < (word * 8) + 8; i++)
        {
            // How often in powers of two, as afl counts.
            var count = (byte)(_counts[word] >> ((i % 8) * 8));
            var bucket = count == 0 ? (byte)0 : (byte)(1 << BitOperations.Log2(count));
            if ((bucket & ~_seen[i]) == 0)
                continue;
            if (_seen[i] == 0)
                Edges++;
            _seen[i] |= bucket;
            isNew = true;
        }

        return isNew;
    }
}
