using Microsoft.CodeAnalysis;

namespace MailScanBridge.Zeek.Generator;

/// <summary>What <c>[ZeekLimits]</c> says: the most that a reader takes.</summary>
internal sealed record Limits(int StringBytes, int Items, bool RejectInvalidUtf8)
{
    public static Limits? Of(INamedTypeSymbol type, List<Complaint> complaints)
    {
        var attribute = type.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == "MailScanBridge.Zeek.ZeekLimitsAttribute");
        if (attribute is null)
            return null;
        var given = attribute.NamedArguments.ToDictionary(argument => argument.Key, argument => argument.Value.Value);
        var limits = new Limits(Most("MaxStringBytes"), Most("MaxItems"), given.TryGetValue("RejectInvalidUtf8", out var reject) && reject is true);
        foreach (var (name, value) in new[] { ("MaxStringBytes", limits.StringBytes), ("MaxItems", limits.Items) })
        {
            if (value < 1)
                complaints.Add(Complaint.At(type.Locations.FirstOrDefault(), Diagnostics.BadLimit, type.Name, name, value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        return limits;

        int Most(string name) => given.TryGetValue(name, out var value) && value is int most ? most : int.MaxValue;
    }
}
