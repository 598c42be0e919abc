using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Scanning.Yara;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

public sealed class ConfigLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "mailscan.yaml");

    [Fact]
    public void Rtf_goes_to_the_tools_for_it()
    {
        var route = ConfigLoader.Load(null, _ => null).Routes.First(r => r.Matches(ContentTypes.Rtf));
        Assert.Contains(route.Steps, s => s.Scanner == "rtfobj");
    }

    [Fact]
    public void The_built_in_file_is_good_and_says_what_the_code_takes_by_itself()
    {
        var config = ConfigLoader.Load(null, _ => null);

        Assert.Equal(["content", "bad_hashes", "mhr", "urls", "clamd", "yara", "clamscan", "libmagic", "pdfid", "pdf-parser", "olevba", "mraptor", "officemalscanner", "rtfobj", "ssdeep"], config.Scanners.Select(s => s.Name));
        Assert.Equal("/var/spool/mailscan-bridge", config.Custody.Spool);
        Assert.Equal("/var/lib/mailscan-bridge/journal.sqlite", config.Queue.JournalPath);
        Assert.Equal(new MailScanBridge.Replies.ReplyOptions(), config.Replies);
        Assert.Equal(new PipelineOptions(), config.Pipeline);
        Assert.Equivalent(new MailScanBridge.Queue.OverloadOptions(), config.Overload, strict: true);
        Assert.Equal(new MailScanBridge.Unpacking.UnpackBudget(), config.Unpacking);
        Assert.Equal(new MailScanBridge.Scanning.ScanCacheOptions(), config.Cache);
        Assert.Equal(new MailScanBridge.Queue.QueueOptions { JournalPath = config.Queue.JournalPath }, config.Queue);
        Assert.Equal(new ClamdOptions { Address = "/run/clamav/clamd.ctl" }, config.Scanners.Single(s => s.Name == "clamd").Options);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("hub:\nqueue:\n")]
    [InlineData("{}")]
    public void A_file_that_says_nothing_changes_nothing(string text)
    {
        var config = Load(text);

        Assert.Equal(15, config.Scanners.Count);
        Assert.Equal(5, config.Routes.Count);
        Assert.Equal("/var/spool/mailscan-bridge", config.Custody.Spool);
    }

    [Fact]
    public void What_a_file_says_holds_and_the_rest_is_built_in()
    {
        var config = Load(
            """
            bridge: sensor-1
            spool: /data/spool
            queue: { credit: 50, keep_done: 90m, max_context: 4KiB }
            unpacking: { max_total: 1GiB }
            cache: { keep_clean: 1m, keep_bad: 30d, max_entries: 0 }
            scanners:
              clamd: { kind: clamd, address: "tcp://127.0.0.1:3310", timeout: 1500ms }
              good_hashes: { kind: hash_list, path: /data/good, known: good, reload: 1m }
              pdfid:
                kind: command
                command: [pdfid, "{sample}"]
                looks_at_content: true
                success_exit_codes: [0, "20"]
                success_pattern: '^PDFiD '
                stderr_is_failure: false
                findings: [{ pattern: '(?<name>/JS)', score: 30 }, { json: '$.a', name_path: b, name: c }, { exit_code: 20, name: d }]
                failures: [{ exit_code: 9, reason: encrypted }]
                sandbox: if_available
                max_memory: none
                max_cpu: 5s
                read: [/opt/tool]
                environment: { PYTHONPATH: /opt/tool }
                break_for: 1m
            routes:
              - name: asked for
                on_request: true
                types: [application/pdf]
                steps: [{ scanner: content }]
              - types: [application/pdf]
                stop_at_malicious: false
                steps:
                  - scanner: content
                  - { scanner: pdfid, mandatory: false, only_if_flagged: content }
            """);

        Assert.Equal(("sensor-1", "/data/spool", 50), (config.Pipeline.Bridge, config.Custody.Spool, config.Pipeline.Credit));
        Assert.Equal(4096, config.Pipeline.MaxContext);
        Assert.Equal(TimeSpan.FromMinutes(90), config.Queue.KeepDone);
        Assert.Equal(1L << 30, config.Unpacking.MaxTotalBytes);
        Assert.Equal(new MailScanBridge.Scanning.ScanCacheOptions { KeepClean = TimeSpan.FromMinutes(1), KeepBad = TimeSpan.FromDays(30), MaxEntries = 0 }, config.Cache);
        Assert.Equal(20_000, config.Queue.MaxOpen);
        var clamd = Assert.IsType<ClamdOptions>(config.Scanners.Single(s => s.Name == "clamd").Options);
        Assert.Equal(("tcp://127.0.0.1:3310", TimeSpan.FromSeconds(1.5)), (clamd.Address, clamd.Guard.Timeout));
        Assert.Equal(
            new HashListOptions { Path = "/data/good", KnownGood = true, Reload = TimeSpan.FromMinutes(1) }, config.Scanners.Single(s => s.Name == "good_hashes").Options);
        var pdfid = Assert.IsType<CommandOptions>(config.Scanners.Single(s => s.Name == "pdfid").Options);
        Assert.True(pdfid is { LooksAtContent: true, StandardErrorIsFailure: false });
        Assert.Equal([0, 20], pdfid.SuccessExitCodes.Order());
        Assert.Equal((30, 75), (pdfid.Findings[0].Score, pdfid.Findings[0].MaliciousAt));
        Assert.Equal((SandboxMode.IfAvailable, (long?)null, TimeSpan.FromSeconds(5)), (pdfid.Sandbox, pdfid.Limits.MaxMemory, pdfid.Limits.MaxCpu));
        Assert.Equal(("/opt/tool", "/opt/tool", TimeSpan.FromMinutes(1)), (pdfid.Read[0], pdfid.Environment["PYTHONPATH"], pdfid.Guard.BreakFor));
        Assert.Equal((new JsonFinding("$.a", "b"), 20), (pdfid.Findings[1].Json, pdfid.Findings[2].ExitCode));
        Assert.Equal(new FailureRule(Reasons.Encrypted, ExitCode: 9), Assert.Single(pdfid.Failures));
        Assert.Equal(SandboxMode.Required, Assert.IsType<YaraOptions>(config.Scanners.Single(s => s.Name == "yara").Options).Command.Sandbox);
        Assert.Equal([("asked for", true), ("application/pdf", false)], config.Routes.Select(r => (r.Name, r.OnRequest)));
        var route = config.Routes[1];
        Assert.False(route.StopAtMalicious);
        Assert.Equal("content", route.Steps[1].OnlyIfFlagged);
        Assert.Contains(config.Scanners, s => s.Name == "yara");
    }

    [Fact]
    public void A_built_in_scanner_named_without_its_kind_keeps_what_is_not_said()
    {
        var config = Load("scanners: { clamscan: { enabled: true }, pdfid: { files: { script: /srv/pdfid.py }, timeout: 3s }, libmagic: { enabled: false } }");

        Assert.True(Assert.IsType<CommandOptions>(config.Scanners.Single(s => s.Name == "clamscan").Options).LooksAtContent);
        var pdfid = Assert.IsType<CommandOptions>(config.Scanners.Single(s => s.Name == "pdfid").Options);
        Assert.Equal(("/srv/pdfid.py", TimeSpan.FromSeconds(3), "python3"), (pdfid.Files["script"], pdfid.Guard.Timeout, pdfid.Command[0]));
        Assert.Equal(ScannerConfig.SwitchedOff, config.Scanners.Single(s => s.Name == "libmagic").Kind);
    }

    // The text, the line of the error, and what it must say.
    public static TheoryData<string, int, string, string> Errors => new()
    {
        { "spol: /x", 1, "spol", "unknown key; allowed here: bridge, cache, disk, hub, overload, parts, quarantine, queue, replies, respond, retention, routes, sandbox, scan, scanners, spool, state, unpacking, urls, verdict_log" },
        { "queue:\n  credits: 1", 2, "queue.credits", "unknown key; allowed here: credit, gap_after, keep_done, keep_ledger, max_attempts, max_context, max_done, max_later, max_later_bytes, max_nodes, max_open, max_open_trace, suspect_after" },
        { "hub: yes please", 1, "hub", "expected a mapping" },
        { "queue: [1]", 1, "queue", "expected a mapping" },
        { "- a\n- b", 1, "", "expected a mapping" },
        { "just text", 1, "", "expected a mapping" },
        { "spool: [a]", 1, "spool", "expected a single value" },
        { "spool: relative/path", 1, "spool", "\"relative/path\" is no absolute path" },
        { "spool: \"/a\\0b\"", 1, "spool", "is no absolute path" },
        { "state: \"\"", 1, "state", "is no absolute path" },
        { "verdict_log: x", 1, "verdict_log", "is no absolute path" },
        { "hub: { host: maybe }", 1, "hub.host", "\"maybe\" is not allowed; expected true or false" },
        { "queue:\n  credit: 0", 2, "queue.credit", "\"0\" is not allowed; expected a whole number from 1 to 1000" },
        { "queue:\n  max_context: 2MiB", 2, "queue.max_context", "\"2MiB\" is not allowed; expected a size from 1 to 1048576 bytes" },
        { "queue: { max_context: 0 }", 1, "queue.max_context", "expected a size" },
        { "queue: { credit: many }", 1, "queue.credit", "expected a whole number from 1 to 1000" },
        { "queue: { credit: 99999999999999999999 }", 1, "queue.credit", "expected a whole number from 1 to 1000" },
        { "queue: { credit: 1.5 }", 1, "queue.credit", "expected a whole number" },
        { "scan: { timeout: 20 }", 1, "scan.timeout", "\"20\" is not allowed; expected a duration" },
        { "scan: { timeout: 0s }", 1, "scan.timeout", "expected a duration" },
        { "scan: { timeout: -1s }", 1, "scan.timeout", "expected a duration" },
        { "scan: { timeout: 365d }", 1, "scan.timeout", "expected a duration" },
        { "replies: { heartbeat: 60d }", 1, "replies.heartbeat", "expected a duration" },
        { "unpacking: { max_total: 10MB }", 1, "unpacking.max_total", "expected a size" },
        { "unpacking: { max_total: 999999999999999999GiB }", 1, "unpacking.max_total", "expected a size" },
        { "cache: { max_entries: -1 }", 1, "cache.max_entries", "expected a whole number from 0 to" },
        { "cache:\n  keep_clean: never", 2, "cache.keep_clean", "expected a duration" },
        { "cache: { keep: 1m }", 1, "cache.keep", "unknown key; allowed here: keep_bad, keep_clean, max_entries" },
        { "hub: { xpub: 'tcp://192.0.2.1:5' }", 1, "hub.xpub", "loopback" },
        { "hub: { xsub: nonsense }", 1, "hub.xsub", "loopback" },
        { "hub: { xsub: 'tcp://127.0.0.1' }", 1, "hub.xsub", "loopback" },
        { "scanners: { x: { kind: hash_list, path: /x, known: fine } }", 1, "scanners.x.known", "expected one of bad, good" },
        { "scanners: { x: { } }", 1, "scanners.x.kind", "is required: one of content, hash_list, hash_registry, urls, clamd, yara, command" },
        { "scanners: { x: { kind: virus } }", 1, "scanners.x.kind", "\"virus\" is not allowed; expected one of content, hash_list, hash_registry, urls, clamd, yara, command" },
        { "scanners: { x: { kind: urls, max_urls: 0 } }", 1, "scanners.x.max_urls", "expected a whole number from 1 to" },
        { "scanners: { x: { kind: urls, lists: [] } }", 1, "scanners.x.lists", "unknown key; allowed here:" },
        { "scanners: { x: { kind: content } }", 1, "scanners.x.kind", "has one name: content" },
        { "scanners: { x: { kind: hash_list } }", 1, "scanners.x.path", "is no absolute path" },
        { "scanners: { x: { kind: clamd } }", 1, "scanners.x.address", "is required" },
        { "scanners: { x: { kind: clamd, address: clamd.sock } }", 1, "scanners.x.address", "expected an absolute socket path, or tcp://host:port" },
        { $"scanners: {{ x: {{ kind: clamd, address: /{new string('a', 120)} }} }}", 1, "scanners.x.address", "at most 107 bytes" },
        { "scanners: { x: { kind: clamd, address: /a, timeout: 1ms } }", 1, "scanners.x.timeout", "expected a duration" },
        { "scanners: { x: { kind: clamd, address: /a, timeout: 2d } }", 1, "scanners.x.timeout", "expected a duration" },
        { "scanners: { x: { kind: clamd, address: /a, path: /b } }", 1, "scanners.x.path", "unknown key; allowed here: address, allow_remote, allow_unsafe_paths, break_after, break_for, concurrency, enabled, kind, max_database_age, max_size, pass_files, rate, retries, timeout" },
        { "scanners: { x: { kind: command } }", 1, "scanners.x.command", "is required" },
        { "scanners: { x: { kind: command, command: tool } }", 1, "scanners.x.command", "expected a list" },
        { "scanners: { x: { kind: command, command: [tool] } }", 1, "scanners.x.command", "{sample}" },
        { "scanners: { x: { kind: command, command: [tool, [a], '{sample}'] } }", 1, "scanners.x.command[1]", "expected text" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], files: { sample: /etc/hosts } } }", 1, "scanners.x.files.sample", "{sample}" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], files: { rules: rel } } }", 1, "scanners.x.files.rules", "is no absolute path" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], success_pattern: '(' } }", 1, "scanners.x.success_pattern", "not a regular expression" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], success_exit_codes: [300] } }", 1, "scanners.x.success_exit_codes", "expected whole numbers from 0 to 255" },
        { "scanners: { x: { kind: clamd, address: 'tcp://192.0.2.1:3310' } }", 1, "scanners.x.address", "allow_remote: true" },
        { "scanners: { x: { kind: clamd, address: /a, max_database_age: 0d } }", 1, "scanners.x.max_database_age", "expected a duration" },
        { "scanners: { x: { kind: yara, command: [yara, '{sample}'] } }", 1, "scanners.x.rules", "is required" },
        { "scanners: { x: { kind: yara, rules: [a.yar], command: [yara, '{sample}'] } }", 1, "scanners.x.rules", "is no absolute path" },
        { "routes: [{ types: [a/b], steps: [{ scanner: clamd, backup: nobody }] }]", 1, "routes[0].steps[0].backup", "no other scanner is named nobody" },
        { "routes: [{ types: [a/b], steps: [{ scanner: clamd, backup: clamd }] }]", 1, "routes[0].steps[0].backup", "no other scanner" },
        { "sandbox: maybe", 1, "sandbox", "expected one of required, if_available, off" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], sandbox: no } }", 1, "scanners.x.sandbox", "expected one of required, if_available, off" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], max_memory: lots } }", 1, "scanners.x.max_memory", "expected a size" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], max_processes: 0 } }", 1, "scanners.x.max_processes", "from 1 to 100000" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], max_cpu: 1 } }", 1, "scanners.x.max_cpu", "expected a duration" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], read: [relative] } }", 1, "scanners.x.read", "\"relative\" is no absolute path" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], environment: { 'A=B': x } } }", 1, "scanners.x.environment.A=B", "is no name" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], break_after: 1 } }", 1, "scanners.x.break_after", "from 2 to 1000" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], success_json: '$[' } }", 1, "scanners.x.success_json", "not a JSON path" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], findings: [{ json: '$.a[' }] } }", 1, "scanners.x.findings[0].json", "not a JSON path" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], findings: [{ pattern: '(?<name>a)', exit_code: 1 }] } }", 1, "scanners.x.findings[0].pattern", "no more than one" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], findings: [{ exit_code: 1 }] } }", 1, "scanners.x.findings[0].exit_code", "needs the finding's name" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], failures: [{ exit_code: 9 }] } }", 1, "scanners.x.failures[0].reason", "is required: one of encrypted" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], failures: [{ exit_code: 9, reason: bad }] } }", 1, "scanners.x.failures[0].reason", "expected one of encrypted" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], findings: [{ score: 1 }] } }", 1, "scanners.x.findings[0].pattern", "is required" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], findings: [{ pattern: 'a' }] } }", 1, "scanners.x.findings[0].pattern", "(?<name>...)" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], findings: [{ pattern: '(?<name>a)', score: 101 }] } }", 1, "scanners.x.findings[0].score", "from 0 to 100" },
        { "routes:\n  - name: x", 2, "routes[0].types", "is required" },
        { "routes:\n  - types: [a/b]", 2, "routes[0].steps", "is required" },
        { "routes:\n  - types: [a/b]\n    steps:\n      - scanner: nobody", 4, "routes[0].steps[0].scanner", "no scanner is named nobody; there are: content, bad_hashes, mhr, urls, clamd, yara" },
        { "routes:\n  - types: [a/b]\n    steps: [{ scanner: content, only_if_flagged: yara }]", 3, "routes[0].steps[0].only_if_flagged", "is no earlier step" },
        { "routes:\n  - types: ['*/pdf']\n    steps: [{ scanner: content }]", 2, "routes[0].types", "only at its end" },
        { "routes:\n  - types: [Application/PDF]\n    steps: [{ scanner: content }]", 2, "routes[0].types", "lower case" },
        { "routes:\n  - types: [a/b]\n    steps: [{ scanner: content, mandatroy: false }]", 3, "routes[0].steps[0].mandatroy", "unknown key; allowed here: backup, mandatory, max_size, only_if_flagged, rate, scanner" },
        { "routes:\n  - { name: a, types: [a/b], steps: [{ scanner: content }] }\n  - { name: a, types: [a/c], steps: [{ scanner: content }] }", 3, "routes[1].name", "an earlier route named a" },
        { "routes:\n  - { name: a, types: ['*'], steps: [{ scanner: content }] }\n  - { name: b, types: [a/c], steps: [{ scanner: content }] }", 3, "routes[1].types", "a/c is never reached" },
        { "routes:\n  - { on_request: true, types: [a/b], steps: [{ scanner: content }] }", 2, "routes[0].name", "is required where on_request is true" },
        { "routes:\n  - { name: a, types: ['*'], steps: [{ scanner: content }] }\n  - { name: a, on_request: true, types: [a/c], steps: [{ scanner: content }] }", 3, "routes[1].name", "an earlier route named a" },
        { "routes:\n  - { name: a, types: ['a/*'], steps: [{ scanner: content }] }\n  - { name: b, types: ['a/c*'], steps: [{ scanner: content }] }", 3, "routes[1].types", "takes a/*" },
        { "scanners: { x: { kind: command, command: [tool, '{smaple}', '{sample}'] } }", 1, "scanners.x.command", "{smaple} stands for nothing here; there are: {sample}" },
        { "scanners: { x: { kind: command, command: [tool, '{sample}'], version_command: [tool, '{rules}'] } }", 1, "scanners.x.version_command", "{rules} stands for nothing" },
        { "spool: /a\nspool: /b", 2, "", "uplicate" },
        { "spool: /a\n? [a, b]\n: c", 2, "", "expected a name as key" },
        { "? { a: b }\n: c", 1, "", "expected a name as key" },
        { "spool: &x /a\nstate: *y", 1, "", "not YAML: The anchor 'y'" },
        { "base: &b { credit: 1 }\nqueue:\n  <<: *b", 3, "queue.<<", "unknown key" },
        { "spool: /a\n---\nspool: /b", 2, "", "one document" },
        { "spool: \"/a", 1, "", "not YAML" },
        { "spool: /a\n\tstate: /b", 1, "", "not YAML" },
        { "a: &a [*a]", 1, "", "" },
        { "\0\u0001", 1, "", "expected a mapping" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Each_error_is_told_with_file_line_and_what_is_allowed(string text, int line, string path, string problem)
    {
        var refused = Assert.Throws<ConfigException>(() => Load(text));

        Assert.Contains(refused.Errors, e => e.File == FilePath && e.Line == line && e.Path.StartsWith(path, StringComparison.Ordinal) && e.Problem.Contains(problem, StringComparison.Ordinal));
        Assert.All(refused.Errors, e => Assert.StartsWith($"{FilePath}:{e.Line}: ", e.ToString(), StringComparison.Ordinal));
        Assert.All(refused.Message.Split(Environment.NewLine), PrintableTests.AssertPrintable);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var refused = Assert.Throws<ConfigException>(() => Load("spool: rel\nspol: /x\nqueue: { credit: 0, x: 1 }\nscanners: { y: { kind: z } }\nroutes: [{ types: [a/b], steps: [{ scanner: q }] }]\n"));

        Assert.Equal([1, 2, 3, 3, 4, 5], refused.Errors.Select(e => (int)e.Line).Order());
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error()
    {
        Assert.Contains(FilePath, Assert.Throws<ConfigException>(() => ConfigLoader.Load(FilePath, _ => null)).Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, Assert.Throws<ConfigException>(() => ConfigLoader.Load(_folder.Path, _ => null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scanner_that_is_switched_off_may_still_stand_in_the_built_in_routes()
    {
        var config = Load("scanners: { clamd: { enabled: false }, yara: { enabled: false, kind: command } }");

        Assert.DoesNotContain(config.Scanners, s => s.Kind == "clamd");
        Assert.Equal(5, config.Routes.Count);
    }

    public void Dispose() => _folder.Dispose();

    private BridgeConfig Load(string text) => ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), _ => null);
}
