namespace MailScanBridge.Routing;

/// <summary>Which tools look at which types, in which order.</summary>
/// <param name="Name">For logs and messages.</param>
/// <param name="Types">Media types; a <c>*</c> at the end stands for any rest: <c>text/*</c>, <c>*</c>.</param>
/// <param name="Steps">In the order in which they run.</param>
/// <param name="StopAtMalicious">True (the default): once a step proved the item malicious, the later ones are left out.</param>
/// <param name="OnRequest">True: serves only files whose request asks for it by name. False (the default): serves every item of its types.</param>
public sealed record Route(string Name, IReadOnlyList<string> Types, IReadOnlyList<RouteStep> Steps, bool StopAtMalicious = true, bool OnRequest = false)
{
    /// <summary>Whether this route serves a type.</summary>
    public bool Matches(string type) => PatternFor(type) is not null;

    /// <summary>The first of <see cref="Types"/> that names a type; null where none does.</summary>
    public string? PatternFor(string type) => Types.FirstOrDefault(pattern => pattern.EndsWith('*')
        ? type.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
        : pattern == type);
}

/// <summary>One tool in a route.</summary>
/// <param name="Scanner">The scanner's name.</param>
/// <param name="Mandatory">True: without this step's proof the item is not clean. False: its findings count, its failure does not.</param>
/// <param name="OnlyIfFlagged">Name of an earlier step of the route that must have found something for this one to run, be it a note; null: always.</param>
/// <param name="Backup">The scanner that takes this step where the first is absent, down or too slow; null: none.</param>
/// <param name="MaxSize">Largest item in bytes; on a larger one the step is not run and fails with <c>too_large</c>. Null: the scanner's own limit.</param>
/// <param name="Rate">Most runs of this step in a time, answers from the cache not counted; beyond, it is not run and fails with <c>limits</c>. Null: no limit.</param>
public sealed record RouteStep(string Scanner, bool Mandatory = true, string? OnlyIfFlagged = null, string? Backup = null, long? MaxSize = null, Rate? Rate = null);
