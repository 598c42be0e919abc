using CsCheck;
using MailScanBridge.Samples.MailPcap;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class MutationTests
{
    private static readonly byte[][] s_samples = [.. SampleMails.All.Where(m => m.Content.Length < 20_000).Select(m => m.Content)];

    [Fact]
    public void Whatever_is_broken_in_a_mail_nothing_escapes_and_every_part_is_on_disk()
    {
        using var folder = new TemporaryFolder();
        int run = 0;
        var unpacker = new Unpacker(new UnpackBudget());
        Gen.Select(Gen.Int[0, s_samples.Length - 1], Gen.Select(Gen.Int[0, 19_999], Gen.Byte).Array[1, 12], Gen.Int[0, 20_000]).Sample(
            (sample, changes, cut) =>
            {
                byte[] content = (byte[])s_samples[sample].Clone();
                foreach ((int at, byte value) in changes)
                    content[at % content.Length] = value;
                if (cut % 4 == 0)
                    content = content[..(cut % content.Length)];
                Check(unpacker, content, Path.Combine(folder.Path, Interlocked.Increment(ref run).ToString(System.Globalization.CultureInfo.InvariantCulture)));
            },
            iter: 400, threads: 1);
    }

    private static void Check(Unpacker unpacker, byte[] content, string folder)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "sample");
        File.WriteAllBytes(file, content);
        UnpackResult result = unpacker.Unpack(file, null, ContentTypes.Mail, folder, CancellationToken.None);
        Assert.Equal(content.Length, result.Items[0].Size);
        Assert.All(result.Items, i => Assert.Equal(i.Size, new FileInfo(i.Path).Length));
        Directory.Delete(folder, recursive: true);
    }
}
