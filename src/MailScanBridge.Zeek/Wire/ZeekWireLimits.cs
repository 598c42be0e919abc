namespace MailScanBridge.Zeek;

/// <summary>What a decoder accepts at most. Each is checked before anything is allocated for it.</summary>
/// <remarks>
/// The wire format itself has none of these limits: a few hostile bytes can announce four billion items, or nest until the stack is gone.
/// </remarks>
public sealed record ZeekWireLimits
{
    /// <summary>The limits used where nothing else is said.</summary>
    public static ZeekWireLimits Default { get; } = new();

    /// <summary>How deep values may nest, and in typed events records; 128 by default (Zeek's own JSON reader has the same). More is <see cref="ZeekWireError.TooDeep"/>.</summary>
    /// <value>From 1 to 512, since decoding uses the stack.</value>
    public int MaxDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 512);
            field = value;
        }
    }
    = 128;

    /// <summary>How many values a message may hold, containers and their items counted; 1,000,000 by default, which is 32 MB decoded. More is <see cref="ZeekWireError.TooManyValues"/>.</summary>
    public int MaxValues { get; init; } = 1_000_000;

    /// <summary>How many bytes a payload may have; 16 MiB by default. More is <see cref="ZeekWireError.TooLarge"/>.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;
}
