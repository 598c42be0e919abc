using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace MailScanBridge.Zeek;

/// <summary>One event of a recording.</summary>
/// <param name="At">When it was recorded.</param>
/// <param name="Event">The event.</param>
public sealed record ZeekRecordedEvent(DateTimeOffset At, ZeekRawEvent Event);

/// <summary>
/// Keeps events in a text file and reads them back: one a line, so that a recording can be looked at, compared and cut with ordinary tools, and read by later versions.
/// </summary>
/// <remarks>
/// The first line is <c>#zeek-recording 1</c>. Each further line has, separated by tabs: nanoseconds since 1970; topic and sender, in UTF-8 with <c>%xx</c> for a tab, a line's end or a
/// percent sign; the serializer's name; the payload in hex. Further columns that a later version may add are passed over, and so are lines that begin with <c>#</c>.
/// </remarks>
public static class ZeekRecording
{
    private const string Head = "#zeek-recording 1";

    /// <summary>Writes events until they end.</summary>
    /// <param name="events">The events, such as those of <see cref="ZeekClient.ReadAllRawAsync"/>.</param>
    /// <param name="to">Where to; each event is flushed.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Ends the writing, after a whole line.</param>
    /// <returns>A task that ends with the events.</returns>
    public static async Task WriteAsync(
        IAsyncEnumerable<ZeekRawEvent> events, TextWriter to, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(to);
        var time = timeProvider ?? TimeProvider.System;
        await to.WriteAsync(Head + "\n").ConfigureAwait(false);
        await foreach (var e in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await to.WriteAsync(Line(time.GetUtcNow(), e)).ConfigureAwait(false);
            await to.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a recording.</summary>
    /// <param name="from">Where from.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The events, with epoch 0.</returns>
    /// <exception cref="FormatException">It is no recording, or a line of it is broken; the message names the line.</exception>
    public static async IAsyncEnumerable<ZeekRecordedEvent> ReadAsync(TextReader from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        if (await from.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not { } head || !head.StartsWith("#zeek-recording ", StringComparison.Ordinal))
            throw new FormatException("This is no recording: its first line is not '" + Head + "'.");
        if (head.TrimEnd() != Head)
            throw new FormatException("This recording is of a later version, which cannot be read here: its first line is not '" + Head + "'.");
        var number = 1;
        while (await from.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            number++;
            if (line.Length > 0 && line[0] != '#')
                yield return Parse(line, number);
        }
    }

    private static string Line(DateTimeOffset at, ZeekRawEvent e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ZeekValue.FromTime(at).AsTimeNanoseconds()}\t{Escape(e.Topic)}\t{Escape(e.Sender)}\t{ZeekWire.Serializer}\t{Convert.ToHexStringLower(e.Payload.Span)}\n");

    private static ZeekRecordedEvent Parse(string line, int number)
    {
        try
        {
            var columns = line.Split('\t');
            if (columns.Length < 5 || columns[3] != ZeekWire.Serializer)
                throw new FormatException("it has not five columns, or not the serializer " + ZeekWire.Serializer);
            var at = ZeekValue.FromTimeNanoseconds(long.Parse(columns[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)).AsTime();
            return new ZeekRecordedEvent(at, new ZeekRawEvent(Uri.UnescapeDataString(columns[1]), Uri.UnescapeDataString(columns[2]), Convert.FromHexString(columns[4]), 0));
        }
        catch (Exception e) when (e is FormatException or OverflowException or ZeekWireException)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {number} of the recording cannot be read: {e.Message}"), e);
        }
    }

    private static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("%\t\r\n") < 0)
            return text;
        var escaped = new StringBuilder();
        foreach (var c in text)
            escaped.Append(c is '%' or '\t' or '\r' or '\n' ? string.Create(CultureInfo.InvariantCulture, $"%{(int)c:x2}") : c);
        return escaped.ToString();
    }
}
