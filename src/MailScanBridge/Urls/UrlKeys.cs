using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MailScanBridge.Urls;

/// <summary>
/// One form for all spellings of a URL, and the keys under which a list may have it: each of the host's names (itself and the
/// domains above it, down to two labels) with each of the path's beginnings (whole with the query, whole, and the directories
/// above it). So an entry is a host (<c>evil.example</c>: everything there and on its subdomains), a prefix
/// (<c>host.example/dir/</c>) or one URL. The rules are those that Google's Safe Browsing publishes for URLs ("Canonicalization",
/// "Suffix/Prefix Expressions"), with more directories. The scheme and a user name do not matter. Pure and safe for concurrent use.
/// </summary>
public static class UrlKeys
{
    /// <summary>Most labels of a host that are looked at, from its end; the whole host always is.</summary>
    public const int MaxLabels = 6;

    /// <summary>Most directories of a path that are looked at, from its root; the whole path always is.</summary>
    public const int MaxDirectories = 8;

    /// <summary>Every key of a URL, each once, the most exact first; empty where the bytes hold no host.</summary>
    public static IReadOnlyList<UInt128> Of(ReadOnlySpan<byte> url)
    {
        if (Canonical(url) is not var (host, path, query) || host.Length == 0)
        {
            return [];
        }

        var paths = Paths(path, query);
        return [.. Hosts(host).SelectMany(h => paths.Select(p => Key(h + p))).Distinct()];
    }

    /// <summary>The key of a list's entry; null where it holds no host.</summary>
    public static UInt128? OfEntry(ReadOnlySpan<byte> entry) =>
        Canonical(entry) is var (host, path, query) && host.Length > 0 ? Key(host + path + query) : null;

    /// <summary>The URL as keys are made of it; for people and tests.</summary>
    public static string? Text(ReadOnlySpan<byte> url) => Canonical(url) is var (host, path, query) ? host + path + query : null;

    private static UInt128 Key(string expression)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(expression), digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private static (string Host, string Path, string Query)? Canonical(ReadOnlySpan<byte> url)
    {
        // Each character is one byte from here on.
        var text = Encoding.Latin1.GetString(url).Replace("\t", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Trim(' ');
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0 && text.AsSpan(0, scheme).IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") < 0)
        {
            text = text[(scheme + 3)..];
        }

        text = text.Split('#', 2)[0].Replace('\\', '/');
        var end = text.AsSpan().IndexOfAny('/', '?');
        var host = Host(end < 0 ? text : text[..end]);
        if (host is null)
        {
            return null;
        }

        var rest = end < 0 ? "" : text[end..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : "?" + Escape(Unescape(rest[(question + 1)..]));
        return (host, Path(question < 0 ? rest : rest[..question]), query);
    }

    private static string? Host(string authority)
    {
        var text = Unescape(authority[(authority.LastIndexOf('@') + 1)..]);
        if (text.StartsWith('['))
        {
            return IPAddress.TryParse(text.Split(']')[0].TrimStart('['), out var v6) ? $"[{v6}]" : null;
        }

        text = text.Split(':')[0].Trim('.');
        while (text.Contains("..", StringComparison.Ordinal))
        {
            text = text.Replace("..", ".", StringComparison.Ordinal);
        }

        if (text.Any(c => c > 0x7f))
        {
            text = Punycode(text);
        }

        text = Escape(text.ToLowerInvariant());
        return text.Length is 0 or > 255 ? null : Address(text) ?? text;
    }

    /// <summary>Names outside ASCII as the name system has them.</summary>
    private static string Punycode(string latin1)
    {
        try
        {
            return new IdnMapping { UseStd3AsciiRules = false }.GetAscii(new UTF8Encoding(false, true).GetString(Encoding.Latin1.GetBytes(latin1)));
        }
        catch (ArgumentException)
        {
            return latin1; // No name; it is escaped, and so still looked up as it stands.
        }
    }

    /// <summary>An IPv4 address in any of the spellings that browsers take: 3232235521, 0xC0A80001, 0300.168.1.</summary>
    private static string? Address(string text)
    {
        var parts = text.Split('.');
        if (parts.Length > 4 || !parts.All(p => p.Length > 0 && char.IsAsciiDigit(p[0]) && p.All(char.IsAsciiHexDigitLower) | p.StartsWith("0x", StringComparison.Ordinal)))
        {
            return null;
        }

        var numbers = new ulong[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Number(parts[i]) is not { } n || n > (i < parts.Length - 1 ? 0xffUL : 0xffffffffUL >> (8 * i)))
            {
                return null;
            }

            numbers[i] = n;
        }

        var value = numbers[^1];
        for (var i = 0; i < numbers.Length - 1; i++)
        {
            value |= numbers[i] << (24 - (8 * i));
        }

        return new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]).ToString();
    }

    private static ulong? Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return text.Length == 2 ? 0 : ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null;
        }

        if (!text.All(char.IsAsciiDigit) || text.Length > 20)
        {
            return null;
        }

        if (text.Length > 1 && text[0] == '0')
        {
            return text.All(c => c < '8') && text.Length < 20 ? text.Aggregate(0UL, (n, c) => (n << 3) | (uint)(c - '0')) : null;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var decimals) ? decimals : null;
    }

    private static string Path(string raw)
    {
        var kept = new List<string>();
        var segments = Unescape(raw).Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i] == "..")
            {
                if (kept.Count > 0)
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            else if (segments[i] is not ("" or "."))
            {
                kept.Add(segments[i]);
            }
        }

        var isDirectory = segments[^1] is "" or "." or "..";
        return "/" + Escape(string.Join('/', kept)) + (isDirectory && kept.Count > 0 ? "/" : "");
    }

    /// <summary>Takes escapes off until there are none: %2525 is one percent sign.</summary>
    private static string Unescape(string text)
    {
        for (var round = 0; round < 16 && text.Contains('%', StringComparison.Ordinal); round++)
        {
            var result = new StringBuilder(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
                {
                    result.Append((char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 2;
                }
                else
                {
                    result.Append(text[i]);
                }
            }

            if (result.Length == text.Length)
            {
                break;
            }

            text = result.ToString();
        }

        return text;
    }

    private static string Escape(string text)
    {
        if (!text.Any(MustEscape))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (MustEscape(c))
            {
                result.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();

        static bool MustEscape(char c) => c is <= ' ' or >= '\x7f' or '#' or '%';
    }

    private static IEnumerable<string> Hosts(string host)
    {
        yield return host;
        if (host[0] == '[' || (IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetwork))
        {
            yield break;
        }

        var labels = host.Split('.');
        for (var from = Math.Max(1, labels.Length - MaxLabels); from <= labels.Length - 2; from++)
        {
            yield return string.Join('.', labels[from..]);
        }
    }

    private static List<string> Paths(string path, string query)
    {
        var paths = new List<string>();
        if (query.Length > 0)
        {
            paths.Add(path + query);
        }

        paths.Add(path);
        var slash = 0;
        for (var n = 0; n <= MaxDirectories && slash >= 0; n++)
        {
            paths.Add(path[..(slash + 1)]);
            slash = path.IndexOf('/', slash + 1);
        }

        return paths;
    }
}
