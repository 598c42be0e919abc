using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>
/// A mapping in a YAML file, read strictly: a key that is not asked for, a value of another type or out of range is an error
/// with its line. Errors are collected; reading goes on with the default, so that one run shows them all.
/// </summary>
internal sealed partial class ConfigSection
{
    private readonly string _file;
    private readonly string _path;
    private readonly List<ConfigError> _errors;
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _children = [];
    private readonly HashSet<string> _asked = [];

    private ConfigSection(string file, string path, YamlNode node, List<ConfigError> errors)
    {
        _file = file;
        _path = path;
        _errors = errors;
        Line = node.Start.Line;
        if (node is not YamlMappingNode mapping)
        {
            if (node is not YamlScalarNode { Value: "" or null })
            {
                Report(node, path, "expected a mapping (key: value)");
            }

            return;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
            {
                _children[name] = (key, value);
            }
            else
            {
                Report(key, path, "expected a name as key");
            }
        }
    }

    public long Line { get; }

    public string Path => _path;

    /// <summary>The keys that are there.</summary>
    public IReadOnlyCollection<string> Keys => _children.Keys;

    public static ConfigSection Root(string file, YamlNode node, List<ConfigError> errors) => new(file, "", node, errors);

    /// <summary>Call when all keys have been asked for: any other is an error that lists those allowed.</summary>
    public void NothingElse()
    {
        foreach (var (name, (key, _)) in _children.Where(c => !_asked.Contains(c.Key)))
        {
            Report(key, At(name), $"unknown key; allowed here: {string.Join(", ", _asked.Order())}");
        }
    }

    public string Text(string key, string fallback) => Scalar(key)?.Value ?? fallback;

    public string RequiredText(string key)
    {
        if (Scalar(key)?.Value is { Length: > 0 } text)
        {
            return text;
        }

        Report(Line, At(key), "is required");
        return "";
    }

    public string AbsolutePath(string key, string fallback)
    {
        var path = Text(key, fallback);
        if (!IsAbsolutePath(path))
        {
            Report(LineOf(key), At(key), $"\"{Printable.Text(path)}\" is no absolute path");
        }

        return path;
    }

    public bool Flag(string key, bool fallback) => Parse(key, fallback, text => text switch { "true" => true, "false" => false, _ => null }, "true or false");

    public int Number(string key, int fallback, int min, int max) => Parse(
        key, fallback, text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n >= min && n <= max ? n : null, $"a whole number from {min} to {max}");

    /// <summary>A duration that timers take: 10 ms to <paramref name="maxDays"/> days.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, int maxDays = 1) => Parse(
        key,
        fallback,
        text => ParseDuration(text) is { } d && d >= TimeSpan.FromMilliseconds(10) && d <= TimeSpan.FromDays(maxDays) ? d : null,
        $"a duration from 10ms to {maxDays}d: a number and ms, s, m, h or d, such as 20s");

    /// <summary>So many in so long; null where it is not said.</summary>
    public Rate? Rate(string key) => Parse<Rate?>(key, null, ParseRate, "a rate: a number from 1 to 1000000 and /s, /m or /h, such as 10/s");

    /// <summary>A hub's endpoint, on loopback: anybody who reaches it can read and forge verdicts.</summary>
    public string Loopback(string key, string fallback) => Parse(key, fallback, text => IsLoopback(text) ? text : null, LoopbackShape);

    /// <summary>A hub's endpoint anywhere, for one that asks for keys.</summary>
    public string Endpoint(string key, string fallback) => Parse(key, fallback, text => IsEndpoint(text) ? text : null, EndpointShapeText);

    /// <summary>Text of a given shape.</summary>
    public string Matching(string key, string fallback, [StringSyntax(StringSyntaxAttribute.Regex)] string shape, string expected) =>
        Parse(key, fallback, text => Regex.IsMatch(text, shape) ? text : null, expected);

    /// <summary>A domain below which names are asked for.</summary>
    public string Zone(string key, string fallback) => Matching(key, fallback, @"\A[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}\z", "a zone such as dbl.example.org");

    /// <summary>A size in bytes that is no larger than another.</summary>
    public int Size(string key, int fallback, int most) => (int)Parse<long>(
        key, fallback, text => ParseSize(text) is { } size && size <= most ? size : null, $"a size from 1 to {most} bytes, such as 25KiB");

    /// <summary>A size in bytes; 0 where that has a meaning of its own.</summary>
    public long Size(string key, long fallback, bool zeroAllowed = false) => Parse(
        key,
        fallback,
        text => zeroAllowed && text == "0" ? 0L : ParseSize(text),
        $"{(zeroAllowed ? "0, or a size" : "a size above zero")}: bytes, or a number and KiB, MiB or GiB, such as 25MiB");

    public string Choice(string key, string fallback, params string[] allowed) => Parse(
        key, fallback, text => allowed.Contains(text) ? text : null, $"one of {string.Join(", ", allowed)}");

    public Regex? Pattern(string key)
    {
        if (Scalar(key) is not { Value: { } text } node)
        {
            return null;
        }

        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            Report(node, At(key), $"not a regular expression: {e.Message}");
            return null;
        }
    }

    public IReadOnlyList<string>? TextList(string key) => Items(key)?.Select((node, i) =>
    {
        if (node is YamlScalarNode { Value: { } text })
        {
            return text;
        }

        Report(node, $"{At(key)}[{i}]", "expected text");
        return "";
    }).ToList();

    public IReadOnlyList<ConfigSection>? SectionList(string key) =>
        Items(key)?.Select((node, i) => new ConfigSection(_file, $"{At(key)}[{i}]", node, _errors)).ToList();

    /// <summary>A mapping inside this one; an empty one where the key is missing.</summary>
    public ConfigSection Section(string key)
    {
        _asked.Add(key);
        return _children.TryGetValue(key, out var child)
            ? new ConfigSection(_file, At(key), child.Value, _errors)
            : new ConfigSection(_file, At(key), new YamlMappingNode(), _errors);
    }

    /// <summary>This section, with what it does not say taken from another.</summary>
    public ConfigSection Over(ConfigSection other)
    {
        foreach (var (name, child) in other._children)
        {
            _children.TryAdd(name, child);
        }

        return this;
    }

    public bool Has(string key)
    {
        _asked.Add(key);
        return _children.ContainsKey(key);
    }

    /// <summary>Reports something wrong with a key's value.</summary>
    public void Wrong(string key, string problem) => Report(LineOf(key), At(key), problem);

    private T Parse<T>(string key, T fallback, Func<string, object?> parse, string allowed)
    {
        if (Scalar(key) is not { } node)
        {
            return fallback;
        }

        if (parse(node.Value ?? "") is T value)
        {
            return value;
        }

        Report(node, At(key), $"\"{Printable.Text(node.Value, 60)}\" is not allowed; expected {allowed}");
        return fallback;
    }

    private YamlScalarNode? Scalar(string key)
    {
        _asked.Add(key);
        if (!_children.TryGetValue(key, out var child))
        {
            return null;
        }

        if (child.Value is YamlScalarNode scalar)
        {
            return scalar;
        }

        Report(child.Value, At(key), "expected a single value");
        return null;
    }

    private IReadOnlyList<YamlNode>? Items(string key)
    {
        _asked.Add(key);
        if (!_children.TryGetValue(key, out var child))
        {
            return null;
        }

        if (child.Value is YamlSequenceNode sequence)
        {
            return [.. sequence.Children];
        }

        Report(child.Value, At(key), "expected a list");
        return null;
    }

    private string At(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private long LineOf(string key) => _children.TryGetValue(key, out var child) ? child.Key.Start.Line : Line;

    private void Report(YamlNode node, string path, string problem) => Report(node.Start.Line, path, problem);

    private void Report(long line, string path, string problem) =>
        _errors.Add(new ConfigError(_file, line, Printable.Text(path), Printable.Text(problem, 500)));
}
