namespace MailScanBridge.Unpacking.External;

/// <summary>A program outside that takes containers apart where the readers here do not. Safe for concurrent use.</summary>
public interface IExternalUnpacker
{
    /// <summary>As configuration and verdicts call it, with its version.</summary>
    string Name { get; }

    /// <summary>What its results hang on: its name, and how its program looks on the disk now.</summary>
    string Fingerprint { get; }

    /// <summary>Whether it is asked about a type (see <see cref="ContentTypes"/>) of which something could not be read for one of <see cref="Reasons"/>.</summary>
    bool Takes(string type, string reason);

    /// <summary>Hands each member on as its content comes, so that nothing goes to a place that a name of theirs chose.</summary>
    /// <param name="item">The container.</param>
    /// <param name="passwords">Passwords to try where it needs one, the likeliest first.</param>
    /// <param name="take">Takes a member: its name (hostile), its content (to be read now), the password by which it came out or null. What it throws ends the program and is thrown here.</param>
    /// <param name="cancellationToken">Ends the program, and throws.</param>
    /// <returns>Null where all of it came out; otherwise one of <see cref="Reasons"/> and a line for people.</returns>
    (string Reason, string Detail)? Unpack(ScanItem item, IReadOnlyList<string> passwords, TakeMember take, CancellationToken cancellationToken);
}

/// <summary>Takes a member of a container; the CRC-32 and length of what came where all of it did, else null.</summary>
public delegate (uint Crc, long Length)? TakeMember(string name, Stream content, string? password);
