using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Tests.Scanning.External;
using MailScanBridge.Tests.Support;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

/// <summary>How the unpacker deals with programs outside, whatever they do.</summary>
public sealed class OutsideTests : IDisposable
{
    private static readonly byte[] s_unknown = LzxCabinet.Make("a.txt", "hidden"u8.ToArray());
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_first_that_takes_all_out_ends_it_and_the_next_is_not_asked()
    {
        var (first, second) = (new Fake("first") { Members = [("a", "x")] }, new Fake("second"));

        var result = Unpack(s_unknown, first, second);

        Assert.Empty(result.Problems);
        Assert.Equal((1, 0), (first.Runs, second.Runs));
        Assert.Equal("first: 1 containers opened", Assert.Single(result.Tools));
    }

    [Fact]
    public void After_one_that_fails_the_next_is_asked_and_the_failure_stays_said()
    {
        var result = Unpack(s_unknown, new Fake("first") { Members = [("a", "x")], Says = (Reasons.ToolDown, "cannot be started") }, new Fake("second") { Members = [("a", "x"), ("b", "y")] });

        Assert.Equal(Reasons.ToolDown, Assert.Single(result.Problems).Reason);
        Assert.Equal(["a", "b"], result.Items.Skip(1).Select(i => i.Name));
    }

    [Fact]
    public void What_is_damaged_stays_so_whatever_another_reader_makes_of_it()
    {
        var result = Unpack([.. "PK\u0003\u0004"u8, .. new byte[60]], new Fake("first") { Members = [("a", "x")] });

        Assert.Contains(result.Problems, p => p.Reason == Reasons.Damaged);
        Assert.Contains(result.Items, i => i.Name == "a");
    }

    [Fact]
    public void Damage_is_not_forgotten_behind_much_that_another_reader_can_mend()
    {
        var zip = new ZipFile();
        for (var i = 0; i < 40; i++)
        {
            zip.Add($"unknown-{i}", "x"u8.ToArray());
        }

        var content = zip.Add("damaged", "y"u8.ToArray()).ToArray();
        Patch("PK\u0003\u0004"u8.ToArray(), method: 8, checksum: 14);
        Patch("PK\u0001\u0002"u8.ToArray(), method: 10, checksum: 16);

        var result = Unpack(content, new Fake("first") { Members = [("damaged", "z")] });

        Assert.Equal(Reasons.Damaged, Assert.Single(result.Problems).Reason);

        // Forty members of a method that nobody knows, and one whose checksum is another's.
        void Patch(byte[] signature, int method, int checksum)
        {
            var at = -1;
            for (var i = 0; i <= 40; i++)
            {
                at += 1 + content.AsSpan(at + 1).IndexOf(signature);
                content[at + (i < 40 ? method : checksum)] ^= 0x50;
            }
        }
    }

    [Fact]
    public void One_that_throws_is_a_problem_of_the_container()
    {
        var result = Unpack(s_unknown, new Fake("first") { Throws = new InvalidOperationException("a bug") });

        Assert.Contains(result.Problems, p => p.Reason == Reasons.Unsupported);
        Assert.Contains(result.Problems, p => p.Detail.Contains("a bug", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_hangs_ends_with_the_time_of_the_tree()
    {
        var time = new FakeTimeProvider();
        var fake = new Fake("first") { Hangs = true };
        var unpacking = Task.Run(() => Unpack(s_unknown, time, fake), Wait.Token);
        await Wait.UntilAsync(() => fake.Runs == 1, "it to run");

        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Contains((await unpacking).Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_time)", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_read_here_is_shown_to_nobody()
    {
        var fake = new Fake("first");

        Unpack("just text"u8.ToArray(), fake);

        Assert.Equal(0, fake.Runs);
    }

    public void Dispose() => _folder.Dispose();

    private UnpackResult Unpack(byte[] content, params IExternalUnpacker[] outside) => Unpack(content, TimeProvider.System, outside);

    private UnpackResult Unpack(byte[] content, TimeProvider time, params IExternalUnpacker[] outside)
    {
        var work = Directory.CreateDirectory(Path.Combine(_folder.Path, "work")).FullName;
        return new Unpacker(new UnpackBudget(), time, null, outside).Unpack(_folder.Write("sample", content), null, null, work, Wait.Token);
    }

    private sealed class Fake(string name) : IExternalUnpacker
    {
        private int _runs;

        public string Name => name;

        public string Fingerprint => name;

        public int Runs => _runs;

        public (string Name, string Content)[] Members { get; init; } = [];

        public (string Reason, string Detail)? Says { get; init; }

        public Exception? Throws { get; init; }

        public bool Hangs { get; init; }

        public bool Takes(string type, string reason) => reason is Reasons.Unsupported or Reasons.Damaged;

        public (string Reason, string Detail)? Unpack(ScanItem item, IReadOnlyList<string> passwords, TakeMember take, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            if (Hangs)
            {
                cancellationToken.WaitHandle.WaitOne();
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (Throws is not null)
            {
                throw Throws;
            }

            foreach (var (member, content) in Members)
            {
                take(member, new MemoryStream(System.Text.Encoding.ASCII.GetBytes(content)), null);
            }

            return Says;
        }
    }
}
