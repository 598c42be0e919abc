using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Urls;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Urls;

/// <summary>A program of the user's that is asked about URLs, in the sandbox.</summary>
public sealed class UrlCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly LogRecorder _log = new();

    [Fact]
    public async Task Its_findings_are_read_and_a_proven_miss_is_on_no_list()
    {
        var lookup = new UrlLookup([Command("case \"$1\" in *evil*) echo asked; echo 'bad Emotet 90';; *) echo asked;; esac")], _time);

        var bad = await LookUpAsync(lookup, "http://evil.example/a");
        var good = await LookUpAsync(lookup, "http://good.example/");

        Assert.Equal((VerdictKind.Malicious, "Emotet", 90), (bad.Kind, bad.Findings[0].Name, bad.Findings[0].Score));
        Assert.Equal(VerdictKind.Clean, good.Kind);
    }

    [Theory]
    [InlineData("echo nothing")]
    [InlineData("echo asked; exit 3")]
    [InlineData("echo asked; echo trouble >&2")]
    [InlineData("kill -9 $$")]
    public async Task Without_proof_a_URL_was_not_looked_up(string script)
    {
        var answer = await LookUpAsync(new UrlLookup([Command(script)], _time), "http://good.example/");

        Assert.Equal((VerdictKind.Unscanned, Reasons.ToolDown), (answer.Kind, answer.Reason));
    }

    [Theory]
    [InlineData("http://x.example/$(touch y);`id`|&&'\"", "http://x.example/$(touch%20y);%60id%60|&&%27%22")]
    [InlineData("http://x.example/a b\n\r\t\0c", "http://x.example/a%20b%0A%0D%09%00c")]
    [InlineData("http://x.example/{rules}{url}\\", "http://x.example/%7Brules%7D%7Burl%7D%5C")]
    [InlineData("http://x.example/\u00ff", "http://x.example/%FF")]
    public async Task The_URL_is_one_argument_and_nothing_in_it_means_anything(string url, string argument)
    {
        var command = Command("echo asked; echo \"bad $#:$1\"");

        var finding = Assert.Single((await command.LookUpAsync(new UrlToLookUp(Encoding.Latin1.GetBytes(url)), Wait.Token)).Findings);

        Assert.Equal($"2:{argument}", finding.Name);
    }

    [Theory]
    [InlineData("-o/tmp/x.example/")]
    [InlineData("--config=http://x.example/")]
    public async Task A_URL_that_may_be_an_option_is_not_given_to_it(string url)
    {
        var result = await Command("echo asked").LookUpAsync(new UrlToLookUp(Encoding.Latin1.GetBytes(url)), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.Unsupported), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task A_URL_past_the_length_is_a_limit()
    {
        var result = await Command("echo asked").LookUpAsync(new UrlToLookUp(Encoding.Latin1.GetBytes("http://x.example/" + new string('a', 5000))), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.Limits), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task The_same_URL_is_asked_about_once_until_the_answer_is_old()
    {
        var command = Command("echo asked; head -c 8 /dev/urandom | od -An -tx1 | tr -d ' ' | sed 's/^/bad /'");
        var first = await NameAsync(command);
        Assert.Equal(first, await NameAsync(command));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.NotEqual(first, await NameAsync(command));

        static async Task<string> NameAsync(UrlCommand c) => Assert.Single((await c.LookUpAsync(new UrlToLookUp("http://x.example/"u8.ToArray()), Wait.Token)).Findings).Name;
    }

    [Fact]
    public async Task One_that_hangs_ends_with_its_time_and_all_it_started()
    {
        var marker = $"600.{Random.Shared.NextInt64(1_000_000_000, 9_999_999_999)}";
        var command = new UrlCommand(Options($"sleep {marker}"), Sandboxes.Here, TimeProvider.System, _log);

        var result = await command.LookUpAsync(new UrlToLookUp("http://x.example/"u8.ToArray()), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.Timeout), (result.Outcome, result.Reason));
        await Wait.UntilAsync(() => Processes.With(marker) == 0, "it to be gone");
    }

    [Fact]
    public async Task One_that_cannot_be_started_is_left_alone_and_logged_once()
    {
        var command = new UrlCommand(new UrlCommandOptions("mine", new CommandOptions { Command = ["/nowhere/ask", "{url}"], Guard = new() { Concurrency = 1, Timeout = TimeSpan.FromSeconds(5), Retries = 0, BreakAfter = 2 } }), Sandboxes.Here, _time, _log);
        Assert.Contains("/nowhere/ask is not on this machine", await command.ProbeAsync(Wait.Token), StringComparison.Ordinal);

        for (var i = 0; i < 5; i++)
        {
            var result = await command.LookUpAsync(new UrlToLookUp(Encoding.ASCII.GetBytes($"http://x.example/{i}")), Wait.Token);
            Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        }

        Assert.Single(_log.Lines, l => l.Contains("is down", StringComparison.Ordinal));
        Assert.Contains("left alone", (await command.LookUpAsync(new UrlToLookUp("http://x.example/"u8.ToArray()), Wait.Token)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_its_rate_it_is_not_run_and_known_answers_do_not_count()
    {
        var options = Options("echo asked");
        options = options with { Command = options.Command with { Guard = options.Command.Guard with { Rate = new Rate(1, TimeSpan.FromHours(1)) } } };
        var lookup = new UrlLookup([new UrlCommand(options, Sandboxes.Here, _time, _log)], _time);
        Assert.Equal(VerdictKind.Clean, (await LookUpAsync(lookup, "http://a.example/")).Kind);

        var (known, other) = (await LookUpAsync(lookup, "http://a.example/"), await LookUpAsync(lookup, "http://b.example/"));

        Assert.Equal((VerdictKind.Clean, 0), (known.Kind, known.RateLimited.Count));
        Assert.Equal((VerdictKind.Unscanned, Reasons.Limits, "mine"), (other.Kind, other.Reason, Assert.Single(other.RateLimited)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_has_the_network_only_where_that_is_said(bool network)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var options = Options($"if perl -MIO::Socket::INET -e 'IO::Socket::INET->new(\"127.0.0.1:{port}\") or exit 1'; then echo asked; echo bad reached; else echo asked; fi");
        options = options with { Command = options.Command with { Limits = options.Command.Limits with { Network = network } } };

        var result = await new UrlCommand(options, Sandboxes.Here, TimeProvider.System, _log).LookUpAsync(new UrlToLookUp("http://x.example/"u8.ToArray()), Wait.Token);

        Assert.Equal((ScanOutcome.NoOpinion, network ? 1 : 0), (result.Outcome, result.Findings.Count));
    }

    [Fact]
    public void It_is_read_from_the_configuration()
    {
        var options = Load("urls: { commands: [{ name: mine, command: [/x/ask, '{url}'], success_exit_codes: [0, 4], findings: [{ exit_code: 4, name: Bad }], network: true, rate: 5/s, max_length: 99, keep: 1m, max_kept: 7 }] }").Urls.Commands.Single();

        Assert.Equal(("mine", 99, TimeSpan.FromMinutes(1), 7), (options.Name, options.MaxLength, options.Keep, options.MaxKept));
        Assert.Equal((true, new Rate(5, TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(3)), (options.Command.Limits.Network, options.Command.Guard.Rate, options.Command.Guard.Timeout));
    }

    [Theory]
    [InlineData("urls:\n  commands:\n  - { command: [a, '{url}'] }", "mailscan.yaml:3: urls.commands[0].name: is required")]
    [InlineData("urls:\n  commands:\n  - { name: a }", "mailscan.yaml:3: urls.commands[0].command: is required")]
    [InlineData("urls:\n  commands:\n  - { name: a, command: [a, '--url={url}'] }", "mailscan.yaml:3: urls.commands[0].command: must have {url} as an argument of its own: the URL")]
    [InlineData("urls:\n  commands:\n  - { name: a, command: ['{url}'] }", "must have {url} as an argument of its own")]
    [InlineData("urls:\n  commands:\n  - { name: a, command: [a, '{url}'], files: { url: /x } }", "{url} stands for what is scanned")]
    [InlineData("urls:\n  commands:\n  - { name: a, command: [a, '{url}'], max_size: 1MiB }", "mailscan.yaml:3: urls.commands[0].max_size: unknown key")]
    [InlineData("urls:\n  commands:\n  - { name: a, command: [a, '{url}'], looks_at_content: true }", "looks_at_content: unknown key")]
    [InlineData("scanners: { x: { kind: command, command: [a, '{sample}'], network: true } }", "scanners.x.network: unknown key")]
    [InlineData("urls:\n  lists: [{ name: a, path: /a }]\n  commands:\n  - { name: a, command: [a, '{url}'] }", "mailscan.yaml:4: urls.commands[0].name: \"a\" is there twice")]
    public void Errors_say_where(string text, string problem) => Assert.Contains(problem, Assert.Throws<ConfigException>(() => Load(text)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text) => ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), _ => null);

    private static UrlCommandOptions Options(string script) => new("mine", new CommandOptions
    {
        Command = ["/bin/sh", "-c", script, "sh", UrlCommand.Placeholder, "{rules}"],
        Files = new Dictionary<string, string> { ["rules"] = "/etc/hostname" },
        SuccessPattern = new Regex("^asked", RegexOptions.Multiline),
        Findings = [new FindingRule(new Regex(@"^bad (?<name>.*?)(?: (?<score>\d+))?$"), Score: 80)],
        Guard = new() { Concurrency = 2, Timeout = TimeSpan.FromSeconds(5), Retries = 0 },
    });

    private UrlCommand Command(string script) => new(Options(script), Sandboxes.Here, _time, _log);

    private static async Task<UrlAnswer> LookUpAsync(UrlLookup lookup, string url) => await lookup.LookUpAsync(new UrlToLookUp(Encoding.Latin1.GetBytes(url)), TimeSpan.FromMinutes(1), Wait.Token);
}
