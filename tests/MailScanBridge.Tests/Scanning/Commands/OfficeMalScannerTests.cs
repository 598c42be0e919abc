using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>The profile of a tool that few have, run with a program that prints its published output.</summary>
public sealed class OfficeMalScannerTests : IDisposable
{
    private const string Start = "+------------------------------------------+\n|           OfficeMalScanner v0.41         |\n+------------------------------------------+\n\n[*] SCAN mode selected\n[*] Opening file sample\n[*] Filesize is 12345 (0x3039) Bytes\n[*] Ms Office OLE2 Compound Format document detected\n[*] Scanning now...\n\n";
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Its_index_is_a_suspicion_and_what_it_saw_a_note()
    {
        var result = await ScanAsync(Start + "FS:[30h] (Method 1) signature found at offset: 0x1e3a\nunencrypted MZ/PE signature found at offset: 0x4200\n\nAnalysis finished!\n\n----------------------------------------\nsample seems to be malicious! Malicious Index = 39\n----------------------------------------\n");

        Assert.Equal(
            [
                ("OfficeMalScanner.Signature", VerdictKind.Clean, "FS:[30h] (Method 1) signature found at offset: 0x1e3a"), ("OfficeMalScanner.Signature", VerdictKind.Clean, "unencrypted MZ/PE signature found at offset: 0x4200"),
                ("OfficeMalScanner.Malicious", VerdictKind.Suspicious, "Malicious Index = 39"),
            ],
            result.Findings.Select(f => (f.Name, f.Kind, f.Detail)));
        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
    }

    [Fact]
    public async Task Nothing_found_is_said_with_its_own_words()
    {
        var result = await ScanAsync(Start + "Analysis finished!\n\n----------------------------------------\nNo malicious traces found in this file!\n----------------------------------------\n");

        Assert.Equal((ScanOutcome.NoOpinion, 0), (result.Outcome, result.Findings.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Start)]
    [InlineData("Usage:\n------\nOfficeMalScanner <PPT, DOC or XLS file> <scan | info> <brute> <debug>\n")]
    [InlineData("wine: could not load kernel32.dll, status c0000135\n")]
    public async Task Without_its_last_words_nothing_was_scanned(string output)
    {
        var result = await ScanAsync(output);

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown, 0), (result.Outcome, result.Reason, result.Findings.Count));
    }

    [Fact]
    public async Task Where_it_is_not_there_it_is_absent()
    {
        var tool = new CommandScanner("officemalscanner", ProfileTests.Profile("officemalscanner"), Sandboxes.Here, TimeProvider.System);

        Assert.Contains("/opt/officemalscanner/OfficeMalScanner.exe does not exist", await tool.ProbeAsync(Wait.Token), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ScannerResult> ScanAsync(string output)
    {
        var words = _folder.Write("words", Encoding.ASCII.GetBytes(output));
        var program = _folder.Write("OfficeMalScanner", Encoding.ASCII.GetBytes($"#!/bin/sh\n[ \"$1\" = /s/sample ] && [ \"$2 $3\" = 'scan brute' ] && cat {words}\n"));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        File.SetUnixFileMode(words, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var yaml = _folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes($"scanners: {{ officemalscanner: {{ command: [{program}, \"{{sample}}\", scan, brute], files: {{}}, read: [{words}] }} }}"));
        var options = (CommandOptions)ConfigLoader.Load(yaml, _ => null).Scanners.Single(s => s.Name == "officemalscanner").Options!;
        var tool = new CommandScanner("officemalscanner", options, Sandboxes.Here, TimeProvider.System);

        Assert.Null(await tool.ProbeAsync(Wait.Token));
        return await tool.ScanAsync(Make.Item(path: _folder.Write("sample", "x"u8.ToArray()), content: "x"u8.ToArray()), Wait.Token);
    }
}
