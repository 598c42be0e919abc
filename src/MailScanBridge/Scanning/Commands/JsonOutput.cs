using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace MailScanBridge.Scanning.Commands;

/// <summary>A tool's output read as one JSON value, and searched by paths. Nesting is bounded; so is each search.</summary>
internal sealed class JsonOutput
{
    private const int MaxDepth = 64;
    private static readonly JsonSelectSettings s_settings = new() { RegexMatchTimeout = TimeSpan.FromSeconds(1) };
    private readonly JToken _root;

    private JsonOutput(JToken root) => _root = root;

    /// <summary>Null where the text is not exactly one JSON value.</summary>
    public static JsonOutput? Parse(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = MaxDepth, DateParseHandling = DateParseHandling.None };
        try
        {
            var root = JToken.Load(reader);
            return reader.Read() ? null : new JsonOutput(root);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is wrong with a path; null where nothing is.</summary>
    public static string? Check(string path)
    {
        try
        {
            _ = new JObject().SelectTokens(path, s_settings).Any();
            return null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    public bool Has(string path) => Select(_root, path).Any();

    /// <summary>Whether the path leads to something, and not to false or null alone: <c>{"scanned": false}</c> proves nothing.</summary>
    public bool Proves(string path) => Select(_root, path).Any(t => t is not JValue { Value: null or false });

    /// <summary>The findings of one rule.</summary>
    public IEnumerable<(string? Name, int? Score, string? Detail)> Find(JsonFinding rule) => Select(_root, rule.Path).Select(match => (
        rule.Name is { } name ? Text(match, name) : (match as JValue)?.ToString(CultureInfo.InvariantCulture),
        rule.Score is { } score ? ScoreOf(Text(match, score)) : null,
        rule.Detail is { } detail ? Text(match, detail) : null));

    /// <summary>A filter that compares what cannot be compared matches nothing.</summary>
    private static IEnumerable<JToken> Select(JToken from, string path)
    {
        try
        {
            return [.. from.SelectTokens(path, s_settings)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? Text(JToken from, string path) => Select(from, path).OfType<JValue>().FirstOrDefault()?.ToString(CultureInfo.InvariantCulture);

    private static int? ScoreOf(string? text) => text switch
    {
        "malicious" => 100,
        "suspicious" => 50,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? (int)Math.Clamp(number, 0, 100) : null,
    };
}
