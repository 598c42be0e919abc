using System.Runtime.ExceptionServices;
using CliWrap;

namespace MailScanBridge.Scanning.Commands;

/// <summary>Reads what a tool prints as it comes. Where reading fails, the tool is killed, so that nobody waits for what nobody reads.</summary>
internal sealed class OutputReader
{
    public OutputReader(Action<Stream> read, CancellationTokenSource kill) => Target = PipeTarget.Create(async (output, _) =>
    {
        try
        {
            await Task.Run(
                () =>
                {
                    read(output);
                    output.CopyTo(Stream.Null); // Otherwise a tool that has more to say stands still.
                },
                CancellationToken.None);
        }
        catch (Exception e)
        {
            Failure = ExceptionDispatchInfo.Capture(e);
            await kill.CancelAsync();
        }
    });

    public PipeTarget Target { get; }

    /// <summary>What the reader threw; null where it read to the end.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }
}
