using MailScanBridge.Scanning;

namespace MailScanBridge.Urls;

/// <summary>Something that knows of bad URLs. Implementations are safe for concurrent use.</summary>
public interface IUrlSource
{
    /// <summary>As configuration, verdicts and logs call it.</summary>
    string Name { get; }

    /// <summary>What it holds, for people; null where it holds nothing of its own.</summary>
    string? Version { get; }

    /// <summary>True where the answer needs the network or another program.</summary>
    bool IsRemote { get; }

    /// <summary>
    /// Looks a URL up. Does not throw for what a URL, a server or a program may do: that is <see cref="ScanOutcome.Failed"/>. Throws only
    /// <see cref="OperationCanceledException"/> for <paramref name="cancellationToken"/>.
    /// </summary>
    ValueTask<ScannerResult> LookUpAsync(UrlToLookUp url, CancellationToken cancellationToken);
}

/// <summary>A URL, and the keys under which lists have it.</summary>
public sealed class UrlToLookUp
{
    public UrlToLookUp(byte[] url, byte[]? host = null)
    {
        Url = url;
        Keys = UrlKeys.Of(url);
        if (host is { Length: > 0 })
        {
            // What Zeek takes for the host, where the URL has none or another.
            Keys = [.. Keys.Concat(UrlKeys.Of(host)).Distinct()];
        }

        HostName = UrlKeys.Text(url)?.Split('/')[0] ?? "";
    }

    /// <summary>As seen: hostile bytes.</summary>
    public byte[] Url { get; }

    /// <summary>The host's name or address in its one form; empty where there is none.</summary>
    public string HostName { get; }

    /// <summary>See <see cref="UrlKeys.Of"/>.</summary>
    public IReadOnlyList<UInt128> Keys { get; }
}
