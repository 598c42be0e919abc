using System.Globalization;
using System.Text;

namespace MailScanBridge.Zeek;

/// <summary>Reads lines of a length that is bounded, and tells a last one that was cut off from one that was ended, which <see cref="TextReader.ReadLineAsync()"/> does not.</summary>
/// <remarks>Thread safety: belongs to one reader.</remarks>
internal sealed class RecordingLines(TextReader from, long maxLength)
{
    private readonly char[] _buffer = new char[4096];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    /// <summary>The line, without its end.</summary>
    public string Line { get; private set; } = "";

    /// <summary>Its number, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Whether there is an end of the line after it.</summary>
    public bool Ended { get; private set; }

    /// <summary>Reads the next line; false where there is none.</summary>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        Number++;
        _line.Clear();
        Ended = false;
        while (!Ended && await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            var rest = _buffer.AsSpan(_at, _end - _at);
            var length = rest.IndexOf('\n');
            Ended = length >= 0;
            _line.Append(Ended ? rest[..length] : rest);
            _at += Ended ? length + 1 : rest.Length;
            if (_line.Length > maxLength)
                throw new ZeekRecordingException(Number, isTorn: false, string.Create(CultureInfo.InvariantCulture, $"Line {Number} of the recording is longer than the {maxLength} characters that the limits allow."));
        }

        if (_line.Length > 0 && _line[^1] == '\r')
            _line.Length--;
        Line = _line.ToString();
        return Ended || Line.Length > 0;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_at < _end)
            return true;
        _at = 0;
        _end = await from.ReadAsync(_buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }
}
