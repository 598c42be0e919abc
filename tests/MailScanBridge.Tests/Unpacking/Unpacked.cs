using System.Text;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mailscan-test-").FullName;

    public string Write(string name, byte[] content)
    {
        string file = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(file, content);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>One unpacked file, with its parts still on disk.</summary>
internal sealed class Unpacked : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Unpacked(byte[] content, UnpackBudget? budget, string? declaredType, string? name)
    {
        string file = _folder.Write("sample", content);
        WorkDirectory = Directory.CreateDirectory(System.IO.Path.Combine(_folder.Path, "work")).FullName;
        Result = new Unpacker(budget ?? new UnpackBudget()).Unpack(file, name, declaredType, WorkDirectory, TestContext.Current.CancellationToken);
    }

    public UnpackResult Result { get; }

    public string WorkDirectory { get; }

    public ScanItem Root => Result.Items[0];

    public IEnumerable<ScanItem> Parts => Result.Items.Skip(1);

    public static Unpacked From(byte[] content, UnpackBudget? budget = null, string? declaredType = null, string? name = null) => new(content, budget, declaredType, name);

    public static Unpacked From(string content, UnpackBudget? budget = null) => new(Encoding.Latin1.GetBytes(content.ReplaceLineEndings("\r\n")), budget, null, null);

    /// <summary>Content of the parts, as Latin-1.</summary>
    public IEnumerable<string> Contents => Parts.Select(p => Encoding.Latin1.GetString(File.ReadAllBytes(p.Path)));

    public IEnumerable<string> Reasons => Result.Problems.Select(p => p.Reason);

    public void Dispose() => _folder.Dispose();
}
