using MailScanBridge.Unpacking;

namespace MailScanBridge.Routing;

/// <summary>
/// Gives each item its plan: the route on request that its file's request names, where it names the item's detected type too, else the first other route that does.
/// Immutable, safe for concurrent use.
/// </summary>
public sealed class Router(IReadOnlyList<Route> routes)
{
    /// <summary>Plans the scan of one item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="requested">The name of the route that the request asks for; null for none. A name that stands for no route on request asks for none.</param>
    public ScanPlan Plan(ScanItem item, string? requested = null) => new(
        item,
        (requested is null ? null : routes.FirstOrDefault(r => r.OnRequest && r.Name == requested && r.Matches(item.Type)))
            ?? routes.FirstOrDefault(r => !r.OnRequest && r.Matches(item.Type)));

    /// <summary>Whether a request may ask for a route of this name.</summary>
    public bool Offers(string name) => routes.Any(r => r.OnRequest && r.Name == name);
}
