using MailScanBridge.Unpacking;

namespace MailScanBridge.Routing;

/// <summary>Gives each item its plan: the first route that names its detected type. Immutable, safe for concurrent use.</summary>
public sealed class Router(IReadOnlyList<Route> routes)
{
    /// <summary>Plans the scan of one item.</summary>
    public ScanPlan Plan(ScanItem item) => new(item, routes.FirstOrDefault(r => r.Matches(item.Type)));
}
