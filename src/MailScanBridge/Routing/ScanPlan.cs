using MailScanBridge.Unpacking;

namespace MailScanBridge.Routing;

/// <summary>The steps for one item. A plan without a route has none: no scanner serves the type.</summary>
public sealed record ScanPlan(ScanItem Item, Route? Route)
{
    public IReadOnlyList<RouteStep> Steps => Route?.Steps ?? [];
}
