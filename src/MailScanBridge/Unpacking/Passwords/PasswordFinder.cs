using System.Text;
using System.Text.RegularExpressions;

namespace MailScanBridge.Unpacking.Passwords;

/// <summary>Lists the passwords to try on an archive, the likeliest first.</summary>
internal sealed partial class PasswordFinder(PasswordOptions options, IReadOnlyList<string> given, IReadOnlyList<ScanItem> items)
{
    private readonly List<string> _opened = [];
    private readonly Dictionary<ScanItem, string> _subjects = new(ReferenceEqualityComparer.Instance);

    /// <summary>The subject of a mail, for archives in it.</summary>
    public void NoteSubject(ScanItem mail, string? subject)
    {
        if (!string.IsNullOrEmpty(subject))
            _subjects[mail] = subject;
    }

    /// <summary>A password that opened something in this tree is the first to try on the next.</summary>
    public void NoteOpened(string password)
    {
        if (!_opened.Contains(password))
            _opened.Add(password);
    }

    /// <param name="archive">What needs a password.</param>
    /// <param name="slow">True where each try is slow.</param>
    public IReadOnlyList<string> For(ScanItem archive, bool slow)
    {
        IEnumerable<string> fromMail = options.FromMail ? FromMail(archive) : [];
        return [.. _opened.Concat(given).Concat(options.Words.Take(1)).Concat(fromMail).Concat(options.Words.Skip(1))
            .Where(p => p.Length > 0).Distinct().Take(Limit(slow))];
    }

    /// <summary>Says that none was right, and names the limit where it kept others from being tried.</summary>
    public string NoneOf(int tried, bool slow)
    {
        string limit = tried < Limit(slow) ? "" : slow ? " (unpacking.passwords.max_slow_tries)" : " (unpacking.passwords.max_tries)";
        return $"needs a password; none of the {tried} that were tried opens it{limit}";
    }

    private int Limit(bool slow) => slow ? options.MaxSlowTries : options.MaxTries;

    private List<string> FromMail(ScanItem archive)
    {
        List<string> named = [], other = [];
        for (ScanItem? mail = archive.Parent; mail is not null; mail = mail.Parent)
        {
            if (mail.Type is not (ContentTypes.Mail or ContentTypes.Mbox))
                continue;
            foreach (ScanItem text in items.Where(i => ReferenceEquals(i.Parent, mail) && i.Type is ContentTypes.Text or ContentTypes.Html))
                Search(Read(text), named, other);
            if (_subjects.TryGetValue(mail, out string? subject))
                Search(subject, named, other);
        }

        string? stem = Path.GetFileNameWithoutExtension(archive.Name);
        if (!string.IsNullOrEmpty(stem))
            other.Add(stem);
        return [.. named, .. other];
    }

    private static void Search(string text, List<string> named, List<string> other)
    {
        foreach (Match match in Named().Matches(text))
        {
            string word = match.Groups["word"].Value;
            named.Add(word);
            named.Add(word.Trim(s_marks)); // a full stop ends the sentence, or the password
        }

        foreach (Match match in Quoted().Matches(text))
            named.Add(match.Groups["word"].Value);
        foreach (string word in text.Split((char[])[' ', '\t', '\r', '\n', '<', '>'], StringSplitOptions.RemoveEmptyEntries))
        {
            // Any word may be it; those with a digit or a sign inside are likelier than plain words.
            string bare = word.Trim(s_marks);
            if (bare.Length is < 3 or > 40)
                continue;
            if (bare.Any(char.IsAsciiDigit))
                other.Insert(0, bare);
            else
                other.Add(bare);
        }
    }

    private static readonly char[] s_marks = ['.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '[', ']', '\u00AB', '\u00BB', '\u201C', '\u201D', '\u201E', '\u2018', '\u2019'];

    private string Read(ScanItem text)
    {
        using var file = new FileStream(text.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var bytes = new byte[(int)Math.Min(options.MaxTextBytes, file.Length)];
        file.ReadExactly(bytes);
        string content = Encoding.UTF8.GetString(bytes);
        return text.Type == ContentTypes.Html ? Tag().Replace(content, " ") : content;
    }

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    // "Password: x", "the password is x", and the same in the languages around.
    [GeneratedRegex(@"(?:passwor[dt]|passwd|passcode|passphrase|kennwort|contrase\w+|mot de passe|parola|senha|has\u0142o|pwd|pw|pin|code)\b[^\S\r\n]*(?:is|ist|lautet|est|es|:|=|-)*[\s""'\u00AB\u201C\u201E\u2018]*(?<word>[^\s""'<>\u00BB\u201D\u2019]{1,64})", Options)]
    private static partial Regex Named();

    [GeneratedRegex(@"[""'\u00AB\u201C\u201E](?<word>[^\s""'<>\u00BB\u201C\u201D]{3,40})[""'\u00BB\u201C\u201D]", Options)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"<[^>]{0,2000}>", Options)]
    private static partial Regex Tag();
}
