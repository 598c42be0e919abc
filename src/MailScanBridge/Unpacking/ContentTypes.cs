namespace MailScanBridge.Unpacking;

/// <summary>Media types by content, from this project's own table of signatures.</summary>
public static class ContentTypes
{
    public const string Unknown = "application/octet-stream";
}
