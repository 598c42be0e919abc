using System.Globalization;

namespace MailScanBridge.Scanning.External;

/// <summary>A member as 7z lists it.</summary>
/// <param name="Name">Hostile.</param>
/// <param name="Size">Bytes; null where it is not told.</param>
/// <param name="Crc">CRC-32; null where it is not told.</param>
/// <param name="IsEncrypted">Needs a password.</param>
internal sealed record SevenZipMember(string Name, long? Size, uint? Crc, bool IsEncrypted);

/// <summary>Reads what <c>7z l -slt -ba</c> prints: a block of <c>Key = value</c> lines a member, which begins with its path.</summary>
internal static class SevenZipList
{
    /// <summary>The members that are no directories, in their order.</summary>
    public static IReadOnlyList<SevenZipMember> Read(string text)
    {
        var members = new List<SevenZipMember>();
        Dictionary<string, string>? block = null;
        foreach (var line in text.Split('\n'))
        {
            var at = line.IndexOf(" = ", StringComparison.Ordinal);
            var (key, value) = at < 0 ? (line.EndsWith(" =", StringComparison.Ordinal) ? line[..^2] : "", "") : (line[..at], line[(at + 3)..].TrimEnd('\r'));
            if (key == "Path")
            {
                Add();
                block = [];
            }

            if (key.Length > 0)
            {
                block?.TryAdd(key, value); // The first counts: a name with a line break in it adds nothing that was told before.
            }
        }

        Add();
        return members;

        void Add()
        {
            if (block is not null && block.GetValueOrDefault("Folder") != "+" && !block.GetValueOrDefault("Attributes", "").StartsWith('D'))
            {
                members.Add(new SevenZipMember(
                    block["Path"],
                    long.TryParse(block.GetValueOrDefault("Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null,
                    uint.TryParse(block.GetValueOrDefault("CRC"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var crc) ? crc : null,
                    block.GetValueOrDefault("Encrypted") == "+"));
            }
        }
    }
}
