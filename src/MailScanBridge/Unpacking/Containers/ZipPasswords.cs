using MailScanBridge.Unpacking.Passwords;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Opens the members of a zip that need a password, where one of the likely ones is right.</summary>
internal sealed class ZipPasswords(Stream content, PartSink parts)
{
    private int? _triedInVain;

    /// <summary>Takes the member out, or says that it needs a password.</summary>
    public void TakeOut(ZipMember member)
    {
        // Members of one archive share their password as a rule, so a failure on one is not repeated on all.
        IReadOnlyList<string> passwords = _triedInVain is null ? parts.Passwords(slow: false) : [];
        foreach (string password in passwords)
        {
            parts.Token.ThrowIfCancellationRequested();
            if (!IsRight(member, password))
                continue;
            parts.Opened(password);
            (uint Crc, long Length)? read = parts.Read(member.Name, null, () => Open(member, password)!);
            if (read is { } r && r.Length != member.Size && member.Size is not null)
                parts.Problem(Reasons.Damaged, $"{member.Name}: size is not what the header says");
            parts.Opened(null);
            return;
        }

        _triedInVain ??= passwords.Count;
        parts.StaysClosed(member.Name, _triedInVain.Value, slow: false);
    }

    // AES proves the password itself. The old encryption does so only by what comes out, so that is decoded once to look.
    private bool IsRight(ZipMember member, string password)
    {
        try
        {
            using Stream? plain = Open(member, password);
            if (plain is null)
                return false;
            if (member.AesStrength > 0)
                return true;
            uint crc = Crc32.Start;
            long length = 0;
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = plain.Read(buffer)) > 0)
            {
                parts.Token.ThrowIfCancellationRequested();
                crc = Crc32.Append(crc, buffer.AsSpan(0, read));
                length += read;
                if (length > parts.Budget.MaxItemBytes)
                    return true; // so much that decodes was not made by a wrong key
            }

            return Crc32.Finish(crc) == member.Crc;
        }
        catch (Exception e) when (Hostile.Describe(e) is { Reason: not Reasons.Unsupported })
        {
            return false; // a wrong key makes garbage, which the decoder refuses
        }
    }

    private Stream? Open(ZipMember member, string password)
    {
        if (member.AesStrength > 0)
        {
            ZipAesStream? aes = ZipAesStream.Open((offset, length) => new SliceStream(content, member.DataOffset + offset, length, parts.Token), member.CompressedSize, member.AesStrength, password);
            return aes is null ? null : ZipMethods.Decode(aes, member, member.AesMethod, parts.Budget.MaxDictionaryBytes);
        }

        ZipCryptoStream? old = ZipCryptoStream.Open(new SliceStream(content, member.DataOffset, member.CompressedSize, parts.Token), password, member.Crc, member.Time);
        return old is null ? null : ZipMethods.Decode(old, member, member.Method, parts.Budget.MaxDictionaryBytes);
    }
}
