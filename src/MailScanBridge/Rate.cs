using System.Globalization;

namespace MailScanBridge;

/// <summary>So many runs in so long, such as 10/s.</summary>
/// <param name="Count">Runs, at least 1; so many may come at once.</param>
/// <param name="Per">The time in which one such lot is earned again: a second, a minute or an hour.</param>
public sealed record Rate(int Count, TimeSpan Per)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}/{(Per.TotalSeconds <= 1 ? "s" : Per.TotalMinutes <= 1 ? "m" : "h")}");
}
