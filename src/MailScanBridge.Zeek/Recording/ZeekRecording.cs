using System.Globalization;
using System.Runtime.CompilerServices;

namespace MailScanBridge.Zeek;

/// <summary>One event of a recording.</summary>
/// <param name="At">When it was recorded.</param>
/// <param name="Event">The event.</param>
public sealed record ZeekRecordedEvent(DateTimeOffset At, ZeekRawEvent Event);

/// <summary>
/// Keeps events in a text file, reads them back and plays them again: one a line, so that a recording can be looked at, compared and cut with ordinary tools, and read by later versions.
/// </summary>
/// <remarks>
/// <para>The first line is <c>#zeek-recording 1</c>. Each further line has, separated by tabs: nanoseconds since 1970; topic and sender, each byte that is no printable ASCII and the
/// percent sign as <c>%xx</c>; the serializer's name; the payload in hex. Further columns that a later version may add are passed over, and so are lines that begin with <c>#</c>.</para>
/// <para>Events are recorded, not frames: what a client counts as undecodable without making an event of it (another number of parts, another serializer, no name) is not in it. Of what
/// is left, an event whose payload is broken after its name is a line that begins with <c>#broken</c>, to be looked at but not read. Topics and senders are those of
/// <see cref="ZeekRawEvent"/>, in which U+FFFD stands for what is no UTF-8.</para>
/// <para>Thread safety: all methods may be called by any thread; each writer and reader of text is used by one call at a time.</para>
/// </remarks>
public static partial class ZeekRecording
{
    private const string Head = "#zeek-recording 1";

    /// <summary>Writes events until they end.</summary>
    /// <param name="events">The events, such as those of <see cref="ZeekClient.ReadAllRawAsync"/>; a recorder that has a client of its own takes them from nobody.</param>
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
            await to.WriteAsync(RecordingLine.Format(time.GetUtcNow(), e)).ConfigureAwait(false);
            await to.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a recording.</summary>
    /// <param name="from">Where from.</param>
    /// <param name="limits">What to accept of an event at most; <see cref="ZeekWireLimits.Default"/> where null. A line may have eight characters for each byte of an event, and 4,096 more.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The events, with epoch 0. Each is whole; whether its arguments are those of its name is for <see cref="ZeekRawEvent.Decode"/> or <see cref="ZeekRawEvent.As{T}"/> to say.</returns>
    /// <exception cref="ZeekRecordingException">
    /// It is no recording, or a line of it is broken, after the events before that line. Where only the end is missing, as after a crash, <see cref="ZeekRecordingException.IsTorn"/> says so.
    /// </exception>
    public static async IAsyncEnumerable<ZeekRecordedEvent> ReadAsync(
        TextReader from, ZeekWireLimits? limits = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        limits ??= ZeekWireLimits.Default;
        var lines = new RecordingLines(from, (8L * limits.MaxBytes) + 4096);
        var head = await lines.NextAsync(cancellationToken).ConfigureAwait(false) ? lines.Line : "";
        if (!head.StartsWith("#zeek-recording ", StringComparison.Ordinal))
            throw new ZeekRecordingException(1, isTorn: false, "This is no recording: its first line is not '" + Head + "'.");
        if (head.TrimEnd() != Head)
            throw new ZeekRecordingException(1, isTorn: false, "This recording is of a later version, which cannot be read here: its first line is not '" + Head + "'.");
        while (await lines.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            if (lines.Line.Length > 0 && lines.Line[0] != '#')
                yield return Parse(lines, limits);
        }
    }

    private static ZeekRecordedEvent Parse(RecordingLines lines, ZeekWireLimits limits)
    {
        try
        {
            return RecordingLine.Parse(lines.Line, limits);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ZeekWireException)
        {
            var message = lines.Ended
                ? string.Create(CultureInfo.InvariantCulture, $"Line {lines.Number} of the recording cannot be read: {e.Message}")
                : string.Create(CultureInfo.InvariantCulture, $"The recording ends within line {lines.Number}, as after a crash; what comes before is whole. {e.Message}");
            throw new ZeekRecordingException(lines.Number, isTorn: !lines.Ended, message, e);
        }
    }
}
