using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class ZipTests
{
    private static readonly byte[] s_text = "some text that is worth finding"u8.ToArray();

    [Fact]
    public void Members_are_parts_with_their_names()
    {
        using var unpacked = Unpacked.From(new ZipFile().Add("dir/a.txt", s_text).Add("b.txt", new byte[3000]).ToArray());
        Assert.Equal(["dir/a.txt", "b.txt"], unpacked.Parts.Select(p => p.Name));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_member_with_a_password_is_said()
    {
        using var unpacked = Unpacked.From(new ZipFile().Add("a.txt", s_text, "no-one-guesses-this").Add("b.txt", s_text).ToArray());
        Assert.Equal([Reasons.Encrypted], unpacked.Reasons);
        Assert.Single(unpacked.Parts);
    }

    [Fact]
    public void A_zip_without_its_end_is_read_from_local_headers_and_said()
    {
        byte[] zip = new ZipFile().Add("a.txt", s_text).ToArray();
        using var unpacked = Unpacked.From(zip[..^60]);
        Assert.Contains(Encoding.ASCII.GetString(s_text), unpacked.Contents);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void A_member_that_the_directory_does_not_list_is_found_and_said()
    {
        byte[] hidden = new ZipFile().Add("hidden.txt", s_text).ToArray();
        byte[] shown = new ZipFile().Add("shown.txt", "nothing"u8.ToArray()).ToArray();
        using var unpacked = Unpacked.From([.. hidden[..hidden.AsSpan().IndexOf("PK\u0001\u0002"u8)], .. shown]);
        Assert.Equal(["hidden.txt", "shown.txt"], unpacked.Parts.Select(p => p.Name).Order());
        Assert.Contains(unpacked.Result.Problems, p => p.Detail.StartsWith("hidden.txt", StringComparison.Ordinal));
    }

    [Fact]
    public void A_zip_behind_another_is_found()
    {
        byte[] first = new ZipFile().Add("first.txt", s_text).ToArray();
        byte[] second = new ZipFile().Add("second.txt", s_text).ToArray();
        using var unpacked = Unpacked.From([.. first, .. second]);
        Assert.Equal(["first.txt", "second.txt"], unpacked.Parts.Select(p => p.Name).Order());
    }

    [Fact]
    public void A_zip_behind_a_picture_is_found()
    {
        using var unpacked = Unpacked.From([.. "GIF89a"u8, .. new byte[1000], .. new ZipFile().Add("a.txt", s_text).ToArray()]);
        Assert.Equal("image/gif", unpacked.Root.Type);
        Assert.Equal("a.txt", Assert.Single(unpacked.Parts).Name);
    }

    [Theory]
    [InlineData("some text in front\n")]
    [InlineData("%PDF-1.4\n")]
    public void A_zip_with_more_behind_it_than_a_comment_may_hold_is_found_and_said(string before)
    {
        byte[] behind = [.. Enumerable.Repeat((byte)'x', 70_000)];
        using var unpacked = Unpacked.From([.. Encoding.ASCII.GetBytes(before), .. new ZipFile().Add("a.txt", s_text).ToArray(), .. behind]);
        Assert.Contains(Encoding.ASCII.GetString(s_text), unpacked.Contents);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void Headers_that_disagree_are_said()
    {
        byte[] zip = new ZipFile().Add("a.txt", s_text).ToArray();
        zip[30] = (byte)'z'; // the local header's name
        using var unpacked = Unpacked.From(zip);
        Assert.Equal([Reasons.Damaged], unpacked.Reasons);
        Assert.Contains(Encoding.ASCII.GetString(s_text), unpacked.Contents);
    }

    [Fact]
    public void Headers_that_disagree_on_the_method_are_read_both_ways()
    {
        byte[] zip = new ZipFile().Add("a.txt", s_text).ToArray();
        int central = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        zip[central + 10] = 0; // stored, says the directory
        using var unpacked = Unpacked.From(zip);
        Assert.Equal(2, unpacked.Parts.Count());
        Assert.Contains(Encoding.ASCII.GetString(s_text), unpacked.Contents);
    }

    [Fact]
    public void A_size_that_lies_is_said_and_the_member_read_whole()
    {
        byte[] zip = new ZipFile().Add("a.txt", s_text).ToArray();
        zip[22] = 3;
        zip[zip.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24] = 3;
        using var unpacked = Unpacked.From(zip);
        Assert.Contains(Encoding.ASCII.GetString(s_text), unpacked.Contents);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void Broken_data_is_said_and_kept_as_far_as_it_came()
    {
        byte[] zip = new ZipFile().Add("a.txt", s_text).ToArray();
        zip[40] ^= 0xFF;
        using var unpacked = Unpacked.From(zip);
        Assert.NotEmpty(unpacked.Reasons);
        Assert.All(unpacked.Reasons, r => Assert.Equal(Reasons.Damaged, r));
        Assert.Single(unpacked.Parts);
    }

    [Fact]
    public void A_method_that_nobody_knows_is_said()
    {
        byte[] zip = new ZipFile().Add("a.txt", s_text).ToArray();
        zip[8] = 77;
        zip[zip.AsSpan().IndexOf("PK\u0001\u0002"u8) + 10] = 77;
        using var unpacked = Unpacked.From(zip);
        Assert.Equal([Reasons.Unsupported], unpacked.Reasons);
    }

    [Fact]
    public void Members_that_share_their_bytes_are_said_and_stay_within_the_ratio()
    {
        const int Matches = 20_000;
        var writer = new ZipFile();
        byte[] zip = writer.AddPacked("a", Deflate.Zeros(Matches), false, Checksums.Crc32(new byte[1 + 258 * Matches]), 1 + 258 * Matches).ToArray();
        int central = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        int length = zip.Length - 22 - central;
        byte[] entry = zip[central..(central + length)];
        byte[] end = zip[^22..];
        const int Copies = 50;
        end[8] = end[10] = Copies;
        BitConverter.TryWriteBytes(end.AsSpan(12), length * Copies);
        byte[] bomb = [.. zip[..central], .. Enumerable.Repeat(entry, Copies).SelectMany(e => e), .. end];
        using var unpacked = Unpacked.From(bomb);
        Assert.Contains(unpacked.Result.Problems, p => p.Detail == "members overlap");
        Assert.Contains(unpacked.Result.Problems, p => p.Reason == Reasons.Limits);
        Assert.True(unpacked.Parts.Sum(p => p.Size) <= bomb.Length * 200L + 1024 * 1024);
    }

    [Fact]
    public void An_empty_zip_holds_nothing_and_that_is_no_problem()
    {
        using var unpacked = Unpacked.From(new ZipFile().ToArray());
        Assert.Equal(ContentTypes.Zip, unpacked.Root.Type);
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_zip_of_which_nothing_can_be_read_is_not_an_empty_one()
    {
        using var unpacked = Unpacked.From([.. "PK\u0003\u0004"u8, .. new byte[200]]);
        Assert.Equal(Reasons.Damaged, Assert.Single(unpacked.Reasons));
    }
}
