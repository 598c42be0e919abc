using System.Security.Cryptography;

namespace MailScanBridge.Unpacking;

/// <summary>Sorts what parsers throw at hostile content into the reasons of an <see cref="UnpackProblem"/>.</summary>
internal static class Hostile
{
    /// <summary>
    /// Reason and detail, or null where the exception is not the content's doing and must travel on: cancellation, a limit,
    /// a work directory that cannot be written.
    /// </summary>
    /// <remarks>
    /// The parsers are other people's code under attack, and what they throw when confused is not a closed set, so everything
    /// that is not known to be ours counts as the content's doing. It ends as a problem, never as silence.
    /// </remarks>
    public static (string Reason, string Detail)? Describe(Exception e) => e switch
    {
        OperationCanceledException or LimitReachedException or WorkDirectoryException => null,
        OutOfMemoryException => (Reasons.Limits, "memory"),
        CryptographicException or SharpCompress.Common.CryptographicException => (Reasons.Encrypted, e.Message),
        EncryptedContentException => (Reasons.Encrypted, e.Message),
        SharpCompress.Common.MultiVolumeExtractionException or SharpCompress.Common.MultipartStreamRequiredException => (Reasons.Unsupported, "one volume of several"),
        NotSupportedException or NotImplementedException => (Reasons.Unsupported, e.Message),
        EndOfStreamException => (Reasons.Damaged, "it ends too soon"),
        _ => (Reasons.Damaged, $"{e.GetType().Name}: {e.Message}"),
    };
}

/// <summary>A limit of <see cref="UnpackBudget"/> was reached.</summary>
internal sealed class LimitReachedException(string limit, LimitScope scope) : Exception(limit)
{
    public LimitScope Scope { get; } = scope;
}

/// <summary>What ends when a limit is reached.</summary>
internal enum LimitScope
{
    Part,
    Container,
    Tree,
}

/// <summary>Content that needs a password.</summary>
internal sealed class EncryptedContentException(string message) : Exception(message);

/// <summary>A part could not be written. The machine's fault (a full disk), not the content's.</summary>
public sealed class WorkDirectoryException(string message, Exception inner) : IOException(message, inner);
