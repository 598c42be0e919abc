namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// Opens one kind of container. Implementations keep no state and are safe for concurrent use; they may throw anything at
/// hostile content, which the <see cref="Unpacker"/> turns into a problem of the container.
/// </summary>
internal interface IContainer
{
    /// <summary>True where this is the one to open the item; more than one may, since files can be two things at once.</summary>
    bool Opens(ScanItem item, Stream content);

    /// <summary>Puts all that is inside into <paramref name="parts"/>, and says there what could not be taken out.</summary>
    void Open(ScanItem item, Stream content, PartSink parts);
}
