namespace MailScanBridge.Retention;

/// <summary>What a directory keeps: nothing older than an age, and no more bytes than a cap, for which the oldest go first.</summary>
internal static class OldestFirst
{
    /// <summary>Those that must go, each with the cause.</summary>
    /// <param name="all">The oldest first.</param>
    /// <param name="total">The bytes of all of them.</param>
    /// <param name="now">For their ages.</param>
    /// <param name="maxAge">What is older goes.</param>
    /// <param name="maxBytes">What all that stay may have.</param>
    public static IEnumerable<(Kept Kept, RemovalCause Why)> Leaving(IEnumerable<Kept> all, long total, DateTimeOffset now, TimeSpan maxAge, long maxBytes)
    {
        foreach (var kept in all)
        {
            var old = now - kept.Since > maxAge;
            if (!old && total <= maxBytes)
            {
                yield break;
            }

            total -= kept.Bytes;
            yield return (kept, old ? RemovalCause.Age : RemovalCause.Bytes);
        }
    }
}

/// <summary>Something that a directory keeps.</summary>
/// <param name="Name">By which it is removed.</param>
/// <param name="Since">From when its age counts.</param>
/// <param name="Bytes">What it takes up.</param>
internal readonly record struct Kept(string Name, DateTimeOffset Since, long Bytes);

/// <summary>Why something that was kept had to go.</summary>
public enum RemovalCause
{
    /// <summary>Older than the limit.</summary>
    Age,

    /// <summary>The directory was larger than the limit.</summary>
    Bytes,

    /// <summary>The file system had less free than its floor.</summary>
    Space,
}
