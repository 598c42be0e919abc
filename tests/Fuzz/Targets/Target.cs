using System.Diagnostics;

namespace Fuzz.Targets;

/// <summary>
/// One decoder of foreign bytes, and what must hold of it for any bytes at all: nothing but what it documents is thrown, what it
/// allocates is bounded by the length of its input, it ends soon, and the same bytes give the same result. Not safe for concurrent use.
/// </summary>
internal abstract class Target
{
    // Far beyond what any input of a fuzzer's length costs.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);

    /// <summary>What may be allocated whatever the length, in bytes: an exception alone takes a few kilobytes.</summary>
    public virtual long BytesAtMost => 256 * 1024;

    /// <summary>What may be allocated for each byte of input, in bytes.</summary>
    public virtual long BytesForEach => 256;

    /// <summary>Longest input that is tried, in bytes.</summary>
    public virtual int MaxLength => 4096;

    /// <summary>Bytes that mean something to the decoder, for the mutator to put in.</summary>
    public virtual IReadOnlyList<byte[]> Tokens => [];

    /// <summary>Runs the decoder and throws where something does not hold.</summary>
    /// <param name="input">Any bytes.</param>
    /// <param name="twice">True to compare the results of two runs.</param>
    public void Check(byte[] input, bool twice)
    {
        var (result, allocated, took) = Measure(input);
        var costly = IsTooMuch(input, allocated) || took > s_longest;
        if (!costly && !twice)
            return;

        // What is made once, at first use, and what a busy machine delays is no fault of the decoder's.
        var (again, allocatedAgain, tookAgain) = Measure(input);
        Must(!costly || !IsTooMuch(input, allocatedAgain), $"{input.Length} bytes made the decoder allocate {allocatedAgain}, more than {BytesAtMost} and {BytesForEach} for each");
        Must(!costly || tookAgain <= s_longest, $"{input.Length} bytes took {tookAgain.TotalSeconds:0.0} s");
        Must(again == result, "the same bytes gave another result");
    }

    private bool IsTooMuch(byte[] input, long allocated) => allocated > BytesAtMost + (BytesForEach * input.Length);

    private (int Result, long Allocated, TimeSpan Took) Measure(byte[] input)
    {
        var started = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Run(input);
        return (result, GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Decodes; the result stands for all that was decoded, and for the exception where a documented one was thrown.</summary>
    protected abstract int Run(byte[] input);

    /// <summary>Throws unless it holds.</summary>
    protected static void Must(bool holds, string what)
    {
        if (!holds)
            throw new InvariantException(what);
    }

    protected static byte[][] Ascii(params string[] tokens) => [.. tokens.Select(System.Text.Encoding.Latin1.GetBytes)];
}

/// <summary>What must hold does not.</summary>
internal sealed class InvariantException(string message) : Exception(message);
