namespace Fuzz.Targets;

/// <summary>Every target by its name, which is that of its directory in Seeds.</summary>
internal static class AllTargets
{
    private static readonly Dictionary<string, Func<Target>> s_targets = new(StringComparer.Ordinal)
    {
        ["wire"] = () => new WireTarget(),
        ["typed"] = () => new TypedTarget(),
        ["events"] = () => new EventsTarget(),
        ["cfb"] = () => new CompoundTarget(),
        ["vba"] = () => new VbaTarget(),
        ["pdf"] = () => new PdfTarget(),
        ["rtf"] = () => new RtfTarget(),
        ["zip"] = () => new ZipTarget(),
        ["mail"] = () => new MailTarget(),
        ["magic"] = () => new MagicTarget(),
        ["triage"] = () => new TriageTarget(),
        ["unpack"] = () => new UnpackTarget(),
        ["tnef"] = () => new UnpackTarget(),
        ["clamd"] = () => new ClamdTarget(),
        ["tools"] = () => new ToolsTarget(),
        ["urls"] = () => new UrlTarget(),
        ["printable"] = () => new PrintableTarget(),
    };

    public static IReadOnlyCollection<string> Names => s_targets.Keys;

    public static Target? Find(string name) => s_targets.TryGetValue(name, out var make) ? make() : null;
}
