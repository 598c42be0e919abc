using System.Net;
using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Passwords;
using MailScanBridge.Unpacking.Pdf;
using MailScanBridge.Verdicts;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

public sealed class ScanLimitsConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_registry_is_off_until_one_line_switches_it_on()
    {
        Assert.Equal(ScannerConfig.SwitchedOff, Load("spool: /s").Scanners.Single(s => s.Name == "mhr").Kind);

        var options = Assert.IsType<HashRegistryOptions>(Load("scanners: { mhr: { enabled: true } }").Scanners.Single(s => s.Name == "mhr").Options);
        Assert.Equal(("hash.cymru.com", HashKind.Sha256, null, 10), (options.Zone, options.Hash, options.Resolver, options.MaliciousAt));
        Assert.Equal(new Rate(10, TimeSpan.FromSeconds(1)), options.Guard.Rate);
    }

    [Fact]
    public void A_registry_is_read()
    {
        var options = (HashRegistryOptions)Load("scanners: { r: { kind: hash_registry, zone: a.b.example, hash: md5, resolver: '[::1]:5353', malicious_at: 101, rate: 5/m, concurrency: 3 } }").Scanners.Single(s => s.Name == "r").Options!;

        Assert.Equal(("a.b.example", HashKind.Md5, IPEndPoint.Parse("[::1]:5353"), 101), (options.Zone, options.Hash, options.Resolver, options.MaliciousAt));
        Assert.Equal((new Rate(5, TimeSpan.FromMinutes(1)), 3), (options.Guard.Rate, options.Guard.Concurrency));
    }

    [Fact]
    public void Tools_and_steps_have_rates_and_sizes()
    {
        var config = Load("scanners: { t: { kind: command, command: [x, '{sample}'], rate: 3/h } }\nroutes: [{ types: ['*'], steps: [{ scanner: t, rate: 7/s, max_size: 2KiB }] }]");

        Assert.Equal(new Rate(3, TimeSpan.FromHours(1)), ((CommandOptions)config.Scanners.Single(s => s.Name == "t").Options!).Guard.Rate);
        var step = config.Routes.Single().Steps.Single();
        Assert.Equal((new Rate(7, TimeSpan.FromSeconds(1)), 2048), (step.Rate, step.MaxSize));
    }

    [Fact]
    public void Programs_that_unpack_are_read_in_their_order()
    {
        Assert.Equal(["bsdtar", "7z", "qpdf"], Load("spool: /s").External.Programs);
        Assert.Equal(["7z", "bsdtar"], Load("unpacking: { external: [7z, bsdtar, 7z] }").External.Programs);
        Assert.Empty(Load("unpacking: { external: [] }").External.Programs);
    }

    [Fact]
    public void What_is_remembered_of_the_parts_of_mails_is_read()
    {
        Assert.Equal(new MailPartsOptions(), Load("spool: /s").MailParts);
        Assert.Equal(
            new MailPartsOptions { Keep = TimeSpan.FromMinutes(1), MaxHashes = 0, MaxPerMail = 7 },
            Load("parts: { keep: 1m, max_hashes: 0, max_per_mail: 7 }").MailParts);
    }

    [Fact]
    public void How_far_files_are_taken_apart_is_read()
    {
        Assert.Equal(new UnpackBudget(), Load("spool: /s").Unpacking);
        Assert.Equal(
            new UnpackBudget
            {
                MaxDepth = 3,
                MaxItems = 4,
                MaxTotalBytes = 5,
                MaxItemBytes = 6,
                MaxRatio = 7,
                RatioFloor = 0,
                MaxTime = TimeSpan.FromSeconds(8),
                MaxMultipartDepth = 9,
                MaxDictionaryBytes = 10,
                Pdf = new PdfLimits { MaxFileBytes = 11, MaxObjects = 12, MaxObjectStreamBytes = 13, MaxNesting = 14 },
            },
            Load("unpacking: { max_depth: 3, max_items: 4, max_total: 5, max_item: 6, max_ratio: 7, ratio_floor: 0, max_time: 8s, max_multiparts: 9, max_dictionary: 10, " +
                "pdf: { max_file: 11, max_objects: 12, max_object_streams: 13, max_nesting: 14 } }").Unpacking);
    }

    [Fact]
    public void What_a_peer_can_make_the_daemon_hold_is_read()
    {
        var config = Load("queue: { suspect_after: 3s, max_open_trace: 7, max_nodes: 8 }\nreplies: { max_unacknowledged: 9 }");
        Assert.Equal(TimeSpan.FromSeconds(3), config.Queue.SuspectAfter);
        Assert.Equal((7, 8, 9), (config.Queue.MaxOpenTrace, config.Queue.MaxNodes, config.Replies.MaxUnacknowledged));
    }

    [Fact]
    public void Passwords_are_read()
    {
        var defaults = new PasswordOptions();
        var passwords = Load("spool: /s").Passwords;
        Assert.Equal(defaults.Words, passwords.Words);
        Assert.Equal(defaults, passwords with { Words = defaults.Words });

        var own = Load("unpacking: { passwords: { words: [winter, '2026'], from_mail: false, max_tries: 0, max_slow_tries: 3, max_text: 4KiB } }").Passwords;
        Assert.Equal(["winter", "2026"], own.Words);
        Assert.Equal(new PasswordOptions { Words = own.Words, FromMail = false, MaxTries = 0, MaxSlowTries = 3, MaxTextBytes = 4096 }, own);
    }

    [Theory]
    [InlineData("unpacking:\n  max_item: 2GiB", "mailscan.yaml:2: unpacking.max_item: \"2GiB\" is not allowed; expected a size from 1 to 1073741824 bytes")]
    [InlineData("unpacking:\n  passwords: { words: infected }", "mailscan.yaml:2: unpacking.passwords.words:")]
    [InlineData("unpacking:\n  passwords: { word: [a] }", "mailscan.yaml:2: unpacking.passwords.word: unknown key; allowed here: from_mail, max_slow_tries, max_text, max_tries, words")]
    [InlineData("unpacking:\n  pdf: { max_nesting: 0 }", "mailscan.yaml:2: unpacking.pdf.max_nesting:")]
    [InlineData("parts:\n  max_per_mail: 0", "mailscan.yaml:2: parts.max_per_mail:")]
    [InlineData("parts:\n  max: 1", "mailscan.yaml:2: parts.max: unknown key; allowed here: keep, max_hashes, max_per_mail")]
    [InlineData("unpacking:\n  external: [unrar]", "mailscan.yaml:2: unpacking.external: \"unrar\" is not allowed; expected some of bsdtar, 7z, qpdf")]
    [InlineData("scanners:\n  mhr: { enabled: true, zone: 'x y' }", "mailscan.yaml:2: scanners.mhr.zone: \"x y\" is not allowed; expected a zone")]
    [InlineData("scanners:\n  mhr: { enabled: true, resolver: dns.example }", "mailscan.yaml:2: scanners.mhr.resolver: \"dns.example\" is not allowed; expected an address and a port")]
    [InlineData("scanners:\n  mhr: { enabled: true, resolver: 127.0.0.1 }", "mailscan.yaml:2: scanners.mhr.resolver:")]
    [InlineData("scanners:\n  mhr: { enabled: true, hash: sha512 }", "mailscan.yaml:2: scanners.mhr.hash: \"sha512\" is not allowed; expected one of md5, sha1, sha256")]
    [InlineData("scanners:\n  mhr: { enabled: true, malicious_at: 0 }", "a whole number from 1 to 101")]
    [InlineData("scanners:\n  clamd: { rate: 10 }", "mailscan.yaml:2: scanners.clamd.rate: \"10\" is not allowed; expected a rate")]
    [InlineData("scanners:\n  clamd: { rate: 0/s }", "expected a rate")]
    [InlineData("scanners:\n  clamd: { rate: 10/d }", "expected a rate")]
    [InlineData("routes:\n- types: ['*']\n  steps:\n  - { scanner: content, rate: fast }", "mailscan.yaml:4: routes[0].steps[0].rate: \"fast\" is not allowed")]
    [InlineData("routes:\n- types: ['*']\n  steps:\n  - { scanner: content, max_size: 0 }", "mailscan.yaml:4: routes[0].steps[0].max_size: \"0\" is not allowed")]
    public void Errors_say_where(string text, string problem) => Assert.Contains(problem, Assert.Throws<ConfigException>(() => Load(text)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text) => ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), _ => null);
}
