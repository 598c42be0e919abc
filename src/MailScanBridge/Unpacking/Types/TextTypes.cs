using System.Text;

namespace MailScanBridge.Unpacking.Types;

/// <summary>Types of text: there are no signatures, only habits. What looks like several kinds is the most dangerous of them.</summary>
internal static class TextTypes
{
    // How much of the text is looked at for words, in bytes.
    private const int Window = 16 * 1024;

    // Headers of which a mail has at least one; the second line of the evidence is a second header of any name.
    private static readonly HashSet<string> s_mailHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Received", "Return-Path", "Delivered-To", "From", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding", "Reply-To", "Sender", "DKIM-Signature", "X-Mailer", "Newsgroups", "Path",
    };

    // Extensions by which Windows and others run or load what is text.
    private static readonly HashSet<string> s_programNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ".js", ".jse", ".mjs", ".vbs", ".vbe", ".wsf", ".wsh", ".wsc", ".sct", ".hta", ".bat", ".cmd", ".com", ".ps1", ".psm1", ".psd1", ".ps1xml", ".py", ".pyw", ".pl", ".sh", ".command",
        ".reg", ".inf", ".msc", ".settingcontent-ms", ".library-ms", ".searchconnector-ms", ".application", ".appref-ms", ".scf", ".url", ".desktop", ".theme", ".rdp", ".jnlp",
    };

    private static readonly string[] s_htmlOpenings =
        ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<table", "<title", "<meta", "<style", "<form", "<div", "<a ", "<img", "<p>", "<p ", "<br", "<h1", "<h2", "<font", "<b>", "<center", "<span",
            "<object", "<embed", "<frameset", "<base ", "<link ", "<!--"];

    private static readonly (string Type, int Needed, string[] Words)[] s_scripts =
    [
        (ContentTypes.HtmlApplication, 1, ["<hta:application"]),
        (ContentTypes.ScriptFile, 1, ["<?wsf", "<job id", "<scriptlet", "<package>", "<component id"]),
        (ContentTypes.VisualBasic, 2, ["option explicit", "attribute vb_", "sub autoopen", "sub auto_open", "sub document_open", "sub workbook_open"]),
        (ContentTypes.PowerShell, 2, ["$env:", "invoke-expression", "new-object ", "write-host", "set-executionpolicy", "-encodedcommand", "[system.", "iex(", "iex (", "downloadstring", "start-process", "invoke-webrequest"]),
        (ContentTypes.BatchScript, 2, ["@echo off", "setlocal", "%~dp0", "\ngoto ", "%temp%", "cmd /c", "echo off", "\nrem ", "set /p", "powershell "]),
        (ContentTypes.VisualBasic, 2, ["createobject(", "wscript.", "on error resume next", "end sub", "end function", "attribute vb_name", "\ndim ", "chr(", "execute(", "msgbox"]),
        (ContentTypes.JavaScript, 2, ["activexobject", "wscript.", "function(", "eval(", "fromcharcode", "unescape(", "document.", "window.", "=> {", "new date(", "charat("]),
    ];

    public static string? Detect(ReadOnlySpan<byte> head)
    {
        if (!Decode(head, out string text))
            return null;
        if (text.StartsWith("{\\rt", StringComparison.Ordinal))
            return ContentTypes.Rtf;
        if (text.StartsWith("%!PS", StringComparison.Ordinal))
            return ContentTypes.PostScript;
        if (text.StartsWith("From ", StringComparison.Ordinal) && IsMail(Encoding.Latin1.GetBytes(AfterFirstLine(text))))
            return ContentTypes.Mbox;
        if (IsMail(head))
            return ContentTypes.Mail;

        string lower = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').ToLowerInvariant();
        return Marked(lower) ?? Script(lower) ?? ContentTypes.Text;
    }

    /// <summary>Header lines from the first line on, one of them of a name that mail uses (or of the one that is needed), and at least two.</summary>
    public static bool IsMail(ReadOnlySpan<byte> head, ReadOnlySpan<byte> needed = default)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            head = head[3..];
        int headers = 0;
        bool known = false;
        while (!head.IsEmpty && headers < 64)
        {
            int end = head.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
            head = end < 0 ? [] : head[(end + 1)..];
            if (head.StartsWith("\n"u8) && end >= 0)
                head = head[1..];
            if (line.IsEmpty)
            {
                if (headers == 0)
                    continue; // blank lines before the first header
                break;
            }

            if (line[0] is (byte)' ' or (byte)'\t')
            {
                if (headers == 0)
                    return false;
                continue;
            }

            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || colon > 76)
                return known && headers >= 2; // one odd line does not hide a mail whose headers came before it
            ReadOnlySpan<byte> name = line[..colon].TrimEnd((byte)' ');
            if (name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
                return known && headers >= 2;
            headers++;
            known |= needed.IsEmpty ? s_mailHeaders.Contains(Encoding.ASCII.GetString(name)) : Ascii.EqualsIgnoreCase(name, needed);
        }

        return known && headers >= 2;
    }

    /// <summary>Whether something is shown as a page by a mail program, which goes by the declared type, or by a desktop, which goes by the name.</summary>
    public static bool IsShownAsPage(string? declaredType, string? name) =>
        declaredType?.Split(';')[0].Trim().ToLowerInvariant() is ContentTypes.Html or "application/xhtml+xml" or ContentTypes.Svg
        || Path.GetExtension(name)?.ToLowerInvariant() is ".html" or ".htm" or ".xhtml" or ".xht" or ".shtml" or ".svg" or ".hta";

    /// <summary>Whether the name alone has a mail program, or Word, look for a mail in it, behind whatever stands in front.</summary>
    public static bool IsReadAsMail(string? name) => Path.GetExtension(name)?.ToLowerInvariant() is ".eml" or ".mht" or ".mhtml" or ".mhtm" or ".nws" or ".doc" or ".dot" or ".rtf";

    /// <summary>Whether the name alone has a desktop run it, so that it is a program however harmless its text looks: <c>From: x</c> is a sentence of JavaScript too.</summary>
    public static bool IsRunAsProgram(string? name) =>
        name is not null && s_programNames.Contains(Path.GetExtension(name.TrimEnd('.', ' ')).TrimEnd());

    public static bool IsHtml(ReadOnlySpan<byte> head) =>
        Decode(head, out string text) && Marked(text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').ToLowerInvariant()) == ContentTypes.Html;

    private static string? Marked(string text)
    {
        if (text.StartsWith("<?xml", StringComparison.Ordinal) || text.StartsWith("<svg", StringComparison.Ordinal)
            || text.StartsWith("<!doctype svg", StringComparison.Ordinal))
        {
            if (text.Contains("<hta:application", StringComparison.Ordinal))
                return ContentTypes.HtmlApplication;
            if (text.Contains("<svg", StringComparison.Ordinal))
                return ContentTypes.Svg;
            if (text.Contains("<html", StringComparison.Ordinal))
                return ContentTypes.Html;
            if (text.Contains("<job", StringComparison.Ordinal) || text.Contains("<scriptlet", StringComparison.Ordinal))
                return ContentTypes.ScriptFile;
            return ContentTypes.Xml;
        }

        if (text.Contains("<hta:application", StringComparison.Ordinal))
            return ContentTypes.HtmlApplication;
        // A browser takes anything with a tag in its first lines for HTML, whatever stands before it.
        ReadOnlySpan<char> opening = text.AsSpan(0, Math.Min(1024, text.Length));
        foreach (string tag in s_htmlOpenings)
        {
            int at = opening.IndexOf(tag, StringComparison.Ordinal);
            if (at == 0 || (at > 0 && (tag is "<!doctype html" or "<html" or "<script" or "<iframe")))
                return ContentTypes.Html;
        }

        return null;
    }

    private static string? Script(string text)
    {
        if (text.StartsWith("#!", StringComparison.Ordinal))
        {
            string line = text[..Math.Max(0, text.IndexOf('\n', StringComparison.Ordinal))];
            return line.Contains("python", StringComparison.Ordinal) ? ContentTypes.PythonScript
                : line.Contains("perl", StringComparison.Ordinal) ? ContentTypes.PerlScript
                : line.Contains("node", StringComparison.Ordinal) ? ContentTypes.JavaScript
                : ContentTypes.ShellScript;
        }

        if (text.StartsWith("[internetshortcut]", StringComparison.Ordinal))
            return ContentTypes.InternetShortcut;
        if (text.StartsWith("web\n1\n", StringComparison.Ordinal) || text.StartsWith("web\r\n1\r\n", StringComparison.Ordinal))
            return ContentTypes.WebQuery;
        if (text.StartsWith("begin:vcalendar", StringComparison.Ordinal))
            return ContentTypes.Calendar;
        if (text.StartsWith("begin:vcard", StringComparison.Ordinal))
            return ContentTypes.VCard;
        if (text.StartsWith("id;p", StringComparison.Ordinal))
            return ContentTypes.Sylk;
        if (text.Contains("(this file must be converted with binhex", StringComparison.Ordinal))
            return ContentTypes.BinHex;
        if (text.StartsWith("-----begin pgp message-----", StringComparison.Ordinal) || text.Contains("\n-----begin pgp message-----", StringComparison.Ordinal))
            return ContentTypes.Pgp;
        if (text.StartsWith("begin ", StringComparison.Ordinal) && text.Length > 9 && char.IsAsciiDigit(text[6]) && char.IsAsciiDigit(text[8]))
            return ContentTypes.UuEncoded;
        foreach ((string type, int needed, string[] words) in s_scripts)
        {
            if (words.Count(w => text.Contains(w, StringComparison.Ordinal)) >= needed)
                return type;
        }

        return null;
    }

    /// <summary>True for text: a byte order mark, or no control bytes but white space. Anything 8-bit may be some charset.</summary>
    private static bool Decode(ReadOnlySpan<byte> head, out string text)
    {
        ReadOnlySpan<byte> window = head[..Math.Min(Window, head.Length)];
        if (TextEncodings.Utf16(window, out int mark) is { } encoding)
        {
            text = encoding.GetString(window[mark..]);
            return true;
        }

        int controls = 0;
        foreach (byte b in window)
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B or 0x08 or 0x1A))
                controls++;
        }

        // A mail or a page may hold a few stray control bytes; a binary file has them all over.
        text = controls * 200 <= window.Length ? Encoding.UTF8.GetString(window) : "";
        return text.Length > 0;
    }

    private static string AfterFirstLine(string text) => text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
}
