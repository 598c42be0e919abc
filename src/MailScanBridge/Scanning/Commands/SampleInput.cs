using CliWrap;

namespace MailScanBridge.Scanning.Commands;

/// <summary>The sample on standard input, for a sandbox that takes it in as data; it must have taken all of it.</summary>
internal sealed class SampleInput
{
    private bool _done;

    /// <param name="path">Of the sample; null: nothing on standard input.</param>
    public SampleInput(string? path)
    {
        _done = path is null;
        Source = path is null ? PipeSource.Null : PipeSource.Create(async (target, cancellationToken) =>
        {
            await using var sample = File.OpenRead(path);
            await sample.CopyToAsync(target, cancellationToken);
            await target.FlushAsync(cancellationToken);
            _done = true;
        });
    }

    public PipeSource Source { get; }

    /// <summary>Null where all of it was written.</summary>
    public string? Failure => _done ? null : "the sandbox took the sample only in part";
}
