using System.Diagnostics;
using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Scanning.External;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Samples;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;
using MailScanBridge.Unpacking.Passwords;
using Xunit;

namespace MailScanBridge.Tests.Scanning.External;

/// <summary>bsdtar, 7z and qpdf, in the sandbox, on what is not read here.</summary>
public sealed class ExternalUnpackerTests : IDisposable
{
    private const string Pdf = "%PDF-1.4\n1 0 obj <</Type /Catalog /Names <</EmbeddedFiles <</Names [(a) 2 0 R]>>>> /Pages 4 0 R>> endobj\n2 0 obj <</Type /Filespec /F (a.txt) /EF <</F 3 0 R>>>> endobj\n"
        + "3 0 obj <</Type /EmbeddedFile /Length 15>> stream\nhidden in a pdf\nendstream endobj\n4 0 obj <</Type /Pages /Kids [] /Count 0>> endobj\ntrailer <</Root 1 0 R /Size 5>>\n%%EOF\n";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("bsdtar")]
    [InlineData("7z")]
    public async Task A_cabinet_with_LZX_is_opened_and_its_names_mean_nothing(string program)
    {
        var result = Unpack(LzxCabinet.Make("..\\..\\-x;$(id).txt", "hidden in LZX!"u8.ToArray()), await FindAsync(program));

        Assert.Equal([], result.Problems.Select(p => $"{p.Reason}: {p.Detail}"));
        Assert.Equal("hidden in LZX!", Text(Assert.Single(result.Items.Skip(1))));
        Assert.Contains("-x;$(id).txt", result.Items[1].Name, StringComparison.Ordinal);
        Assert.StartsWith(Path.Combine(_folder.Path, "work"), result.Items[1].Path, StringComparison.Ordinal);
        Assert.StartsWith($"{program} ", Assert.Single(result.Tools), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_program_it_is_unsupported_and_said()
    {
        var result = Unpack(LzxCabinet.Make("a.txt", "hidden"u8.ToArray()));

        Assert.Equal(Reasons.Unsupported, Assert.Single(result.Problems).Reason);
        Assert.Empty(result.Tools);
    }

    [Fact]
    public async Task An_image_of_Windows_is_opened_by_7z()
    {
        var image = Wim(("-o;$(id)\n.txt", "one"), ("b/c.txt", "two"));

        var result = Unpack(image, await FindAsync("7z"));

        Assert.Equal([], result.Problems.Select(p => $"{p.Reason}: {p.Detail}"));
        Assert.Equal(["one", "two"], result.Items.Skip(1).Select(Text).Order());
    }

    [Theory]
    [InlineData("strelka/test.rar", "bsdtar", 3)]
    [InlineData("clamav-testfiles/clam.cab", "bsdtar", 1)]
    [InlineData("generated/eicar.iso", "bsdtar", 1)]
    [InlineData("generated/eicar.iso", "7z", 1)]
    [InlineData("clamav-testfiles/clam.chm", "7z", 1)]
    [InlineData("clamav-testfiles/clam.exe.szdd", "7z", 1)]
    [InlineData("generated/eicar.xar", "bsdtar", 1)]
    public async Task Files_of_others_come_out_whole(string file, string program, int least)
    {
        var path = CorpusFiles.Find(file);
        var tool = Assert.Single(await FindAsync(program));
        var members = new List<string>();

        var problem = tool.Unpack(
            Unpacker.Examine(path, null, null),
            [],
            (name, content, _) =>
            {
                using var copy = new MemoryStream();
                content.CopyTo(copy);
                members.Add(name);
                return (Crc32.Finish(Crc32.Append(Crc32.Start, copy.GetBuffer().AsSpan(0, (int)copy.Length))), copy.Length);
            },
            Wait.Token);

        Assert.Null(problem);
        Assert.True(members.Count >= least, string.Join(", ", members));
    }

    [Fact]
    public async Task An_installer_is_read_here_down_to_the_files_in_its_cabinet()
    {
        var result = Unpack(await File.ReadAllBytesAsync(CorpusFiles.Find("strelka/test.msi"), Wait.Token));

        Assert.Equal([], result.Problems.Select(p => $"{p.Reason}: {p.Detail}"));
        Assert.Equal(ContentTypes.Installer, result.Items[0].Type);
        Assert.Contains(result.Items, i => i.Name == "lorem.txt" && i.Parent?.Type == ContentTypes.Cabinet);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("infected", "infected")]
    [InlineData("no-such-word", null)]
    public async Task A_PDF_is_opened_by_the_empty_password_or_a_likely_one(string password, string? told)
    {
        Require.Program("qpdf", "qpdf");
        var (plain, locked) = (_folder.Write("plain.pdf", Encoding.ASCII.GetBytes(Pdf)), Path.Combine(_folder.Path, "locked.pdf"));
        Run("qpdf", "--warning-exit-0", "--encrypt", password, "owner", "128", "--use-aes=y", "--", plain, locked);

        var result = Unpack(await File.ReadAllBytesAsync(locked, Wait.Token), await FindAsync("qpdf"));

        if (password == "no-such-word")
        {
            Assert.Contains(result.Problems, p => p.Reason == Reasons.Encrypted);
            return;
        }

        Assert.Equal([], result.Problems.Select(p => $"{p.Reason}: {p.Detail}"));
        Assert.True(result.Items[0].IsOpened);
        var own = await new ContentScanner().ScanAsync(result.Items[0], Wait.Token);
        Assert.Equal(ScanOutcome.Scanned, own.Outcome); // Its content counts as seen by way of the item inside.
        Assert.Equal(told, result.Items[1].Password);
        Assert.Equal("hidden in a pdf", Text(result.Items[^1]));
    }

    [Fact]
    public async Task The_budget_of_the_tree_holds_for_what_a_program_gives()
    {
        var image = Wim(("zeros", new string('0', 3_000_000)), ("b", "two"));
        var tools = await FindAsync("7z");

        Assert.Contains(Unpack(image, tools, new UnpackBudget { MaxTotalBytes = 100_000 }).Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_total)", StringComparison.Ordinal));
        Assert.Contains(Unpack(image, tools, new UnpackBudget { MaxItems = 1 }).Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_items)", StringComparison.Ordinal));
        var part = Unpack(image, tools, new UnpackBudget { MaxItemBytes = 50_000 });
        Assert.Contains(part.Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_item)", StringComparison.Ordinal));
        Assert.Contains(part.Items, i => i.Size == 3);
        Assert.All(part.Items.Skip(1), i => Assert.True(i.Size <= 50_000));
    }

    [Theory]
    [InlineData("bsdtar")]
    [InlineData("7z")]
    public async Task A_cut_or_broken_container_is_never_whole(string program)
    {
        var cabinet = LzxCabinet.Make("a.txt", Encoding.ASCII.GetBytes(new string('x', 2000)));
        var tools = await FindAsync(program);

        Assert.NotEmpty(Unpack(cabinet[..^500], tools).Problems);
        Assert.NotEmpty(Unpack(cabinet[..90], tools).Problems);
    }

    [Fact]
    public async Task Where_the_sandbox_is_missing_the_program_is_not_used()
    {
        Require.Program("bsdtar", "libarchive-tools");

        var (found, missing) = await BsdTarUnpacker.FindAsync(SandboxMode.Required, Sandbox.None("none here"), Wait.Token);

        Assert.Null(found);
        Assert.Contains("no sandbox", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_runs_are_counted_by_how_they_ended_and_a_new_version_is_named_when_it_runs()
    {
        using var metrics = new MailScanMetrics();
        using var counters = new CounterSums(metrics);
        var path = Write("echo tool 1");
        var program = new OutsideProgram(path, ["--version"], words => words.Trim() is { Length: > 0 } text ? text.Split(' ')[^1] : null, SandboxMode.Required, Sandboxes.Here, metrics);
        Assert.Null(await program.ProbeAsync(Wait.Token));
        var item = Make.Item(path: _folder.Write("sample", [1]));
        Assert.Equal(0, program.Run(["{sample}"], item, null, Wait.Token).ExitCode);
        Assert.Equal($"{path} 1", program.Name);
        var before = program.Fingerprint;

        Write("echo tool 2; [ \"$1\" = --version ] || exit 2");
        Assert.NotEqual(before, program.Fingerprint);
        Assert.Equal(2, program.Run(["{sample}"], item, null, Wait.Token).ExitCode);
        Assert.Equal($"{path} 2", program.Name);

        Write("echo tool 3; [ \"$1\" = --version ] || exec sleep 1000");
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => program.Run(["{sample}"], item, output => { output.ReadByte(); stop.Cancel(); output.ReadExactly(new byte[100]); }, stop.Token), Wait.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Wait.Deadline, Wait.Token));

        File.Delete(path);
        Assert.Equal(Reasons.ToolDown, program.Failure(program.Run(["{sample}"], item, null, Wait.Token)).Reason);
        Assert.Equal(
            (1, 1, 1, 1),
            (Runs("ok"), Runs("failed"), Runs("stopped"), Runs("refused")));

        long Runs(string outcome) => counters[$"mailscan.unpacker.runs{{program={path},outcome={outcome}}}"];

        string Write(string script)
        {
            var file = _folder.Write("tool", Encoding.ASCII.GetBytes("#!/bin/sh\n" + script + "\n"));
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            return file;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<IReadOnlyList<IExternalUnpacker>> FindAsync(string program)
    {
        Require.Program(program, program switch { "bsdtar" => "libarchive-tools", "7z" => "p7zip-full", _ => program });
        var (found, missing) = await (program switch
        {
            "bsdtar" => BsdTarUnpacker.FindAsync(SandboxMode.Required, Sandboxes.Here, Wait.Token),
            "7z" => SevenZipUnpacker.FindAsync(SandboxMode.Required, Sandboxes.Here, Wait.Token),
            _ => QpdfUnpacker.FindAsync(SandboxMode.Required, Sandboxes.Here, Wait.Token),
        });
        Assert.Null(missing);
        return [found!];
    }

    private UnpackResult Unpack(byte[] content, IReadOnlyList<IExternalUnpacker>? tools = null, UnpackBudget? budget = null)
    {
        var work = Path.Combine(_folder.Path, "work", Guid.NewGuid().ToString());
        Directory.CreateDirectory(work);
        return new Unpacker(budget ?? new UnpackBudget(), null, new PasswordOptions(), tools).Unpack(_folder.Write("sample", content), null, null, work, Wait.Token);
    }

    private byte[] Wim(params (string Name, string Content)[] files)
    {
        Require.Program("7z", "p7zip-full");
        var source = Directory.CreateDirectory(Path.Combine(_folder.Path, "source")).FullName;
        foreach (var (name, content) in files)
        {
            var file = Path.Combine(source, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }

        var image = Path.Combine(_folder.Path, "made.wim");
        Run("7z", "a", "-bd", "-twim", image, source + "/*");
        return File.ReadAllBytes(image);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static string Text(ScanItem item) => File.ReadAllText(item.Path, Encoding.Latin1);
}
