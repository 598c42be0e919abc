using MailScanBridge.Intake;
using MailScanBridge.Tests.Support;
using MessagePack;
using Xunit;

namespace MailScanBridge.Tests.Intake;

public class MailContextTests
{
    private const int Most = 16 * 1024;

    [Fact]
    public void What_is_small_enough_stays_as_it_is()
    {
        var mail = Make.Mail(subject: new byte[1000]);
        Assert.Same(mail, mail.Within(Most));
    }

    [Fact]
    public void Of_longer_headers_the_beginnings_stay_and_what_the_verdict_echoes_comes_first()
    {
        var header = Enumerable.Range(0, 65_536).Select(i => (byte)(i % 251)).ToArray();
        var many = Enumerable.Repeat(header, 1000).ToList();
        var mail = new MailContext
        {
            Helo = header,
            MailFrom = "a@example.org"u8.ToArray(),
            RcptTo = many,
            From = header,
            To = many,
            Cc = many,
            ReplyTo = header,
            Subject = header,
            MsgId = header,
            Date = header,
            FirstReceived = header,
            UserAgent = header,
            TransDepth = 3,
            Path = many,
        };

        var within = mail.Within(Most);

        Assert.InRange(Bytes(within), Most / 2, Most);
        Assert.Equal("a@example.org"u8.ToArray(), within.MailFrom);
        Assert.Equal(3UL, within.TransDepth);
        Assert.Equal(header[..(Most / 8)], within.Subject);
        Assert.Equal(header[..(Most / 8)], within.MsgId);
        Assert.NotEmpty(within.RcptTo);
        Assert.True(within.Cut);
        Assert.NotNull(within.From);
        Assert.Same(within, within.Within(Most));
    }

    [Fact]
    public void Many_empty_addresses_are_cut_too() =>
        Assert.InRange((Make.Mail() with { Cc = Enumerable.Repeat(Array.Empty<byte>(), 10_000).ToList() }).Within(Most).Cc.Count, 10, Most / 32);

    [Fact]
    public void What_hooks_added_stays_whole_or_goes_whole()
    {
        var request = Make.Request() with { Meta = new Dictionary<string, byte[]> { ["route"] = "thorough"u8.ToArray(), ["other"] = new byte[1000] } };

        Assert.Same(request, request.WithMetaWithin(Most));
        Assert.Empty(request.WithMetaWithin(1000).Meta);
    }

    [Fact]
    public void What_hooks_added_outlives_the_journal_and_what_was_kept_before_there_was_any_is_read()
    {
        var request = Make.Request() with { Meta = new Dictionary<string, byte[]> { ["route"] = [0, 255] } };
        var options = MessagePackSerializerOptions.Standard;
        var token = TestContext.Current.CancellationToken;

        Assert.Equal([0, 255], MessagePackSerializer.Deserialize<FileRequest>(MessagePackSerializer.Serialize(request, options, token), options, token).Meta["route"]);

        var earlier = MessagePackSerializer.Deserialize<object[]>(MessagePackSerializer.Serialize(request, options, token), options, token);
        earlier[29] = ((object[])earlier[29])[..13];
        var read = MessagePackSerializer.Deserialize<FileRequest>(MessagePackSerializer.Serialize(earlier[..30], options, token), options, token);
        Assert.Same(read, read.WithMetaWithin(Most));
        Assert.NotNull(read.Mail);
        Assert.Same(read.Mail, read.Mail.Within(Most));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(300)]
    public void However_little_is_allowed_nothing_fails(int most) => Assert.InRange(Bytes(Make.Mail(subject: new byte[5000]).Within(most)), 0, most);

    private static int Bytes(MailContext mail)
    {
        byte[]?[] texts = [mail.Helo, mail.MailFrom, mail.From, mail.ReplyTo, mail.Subject, mail.MsgId, mail.Date, mail.FirstReceived, mail.UserAgent, .. mail.RcptTo, .. mail.To, .. mail.Cc, .. mail.Path];
        return texts.Sum(text => text?.Length ?? 0);
    }
}
