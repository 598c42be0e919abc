using System.Text;
using CliWrap;

namespace MailScanBridge.Scanning.Commands;

/// <summary>Collects what a tool prints, up to a limit; a tool that prints more is killed, so that it cannot fill the memory.</summary>
internal sealed class CappedText
{
    private readonly MemoryStream _bytes = new();
    private readonly int _limit;
    private readonly CancellationTokenSource _kill;

    public CappedText(int limit, CancellationTokenSource kill)
    {
        _limit = limit;
        _kill = kill;
        Target = PipeTarget.Create(CopyAsync);
    }

    public PipeTarget Target { get; }

    public bool Overflowed { get; private set; }

    public string Text => Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);

    private async Task CopyAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (_bytes.Length + read > _limit)
            {
                Overflowed = true;
                await _kill.CancelAsync();
                return;
            }

            _bytes.Write(buffer, 0, read);
        }
    }
}
