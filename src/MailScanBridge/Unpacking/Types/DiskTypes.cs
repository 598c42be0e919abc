namespace MailScanBridge.Unpacking.Types;

/// <summary>Disk images whose type does not show in their first bytes alone.</summary>
internal static class DiskTypes
{
    private const int Sector = 2048, FirstDescriptor = 16, LastDescriptor = 256, VhdFooter = 512;

    /// <summary>
    /// Whether an ISO 9660 image holds a UDF volume as well (ECMA-167 part 2, 8.3). Windows and Linux then show UDF's files, which may be others
    /// than those that ISO 9660 lists.
    /// </summary>
    public static bool HasUdf(FileStream file)
    {
        Span<byte> identifier = stackalloc byte[4];
        for (long sector = FirstDescriptor; sector < LastDescriptor && (sector + 1) * Sector <= file.Length; sector++)
        {
            file.Position = (sector * Sector) + 1;
            file.ReadExactly(identifier);
            if (identifier.SequenceEqual("NSR0"u8))
                return true;
        }

        return false;
    }

    /// <summary>Whether a file that begins like a disk, with code and its mark, ends with the footer of a virtual one.</summary>
    public static bool IsFixedVhd(FileStream file, ReadOnlySpan<byte> head)
    {
        if (file.Length < 2 * VhdFooter || file.Length % VhdFooter != 0 || head.Length < VhdFooter || head[510] != 0x55 || head[511] != 0xAA)
            return false;
        Span<byte> cookie = stackalloc byte[8];
        file.Position = file.Length - VhdFooter;
        file.ReadExactly(cookie);
        return cookie.SequenceEqual("conectix"u8);
    }
}
