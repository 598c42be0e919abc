using System.Runtime.CompilerServices;

namespace MailScanBridge.Zeek;

public static partial class ZeekRecording
{
    // How long a sender whose queue is full waits before it tries again.
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(10);

    // Timers know no longer ones.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    /// <summary>Plays a recording into a hub in memory: each event with the topic and the sender that it had, and byte for byte.</summary>
    /// <param name="recording">The events, such as those of <see cref="ReadAsync"/>.</param>
    /// <param name="hub">The hub. Who is not yet connected to it misses what is played.</param>
    /// <param name="keepPace">Whether to leave as much time between events as there was; by default they follow one another at once.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Ends the playing.</param>
    /// <returns>How many events were played.</returns>
    /// <exception cref="ZeekRecordingException">The recording is damaged, after what comes before the damage was played: see <see cref="ReadAsync"/>.</exception>
    public static async Task<long> PlayIntoAsync(
        IAsyncEnumerable<ZeekRecordedEvent> recording, ZeekTestHub hub, bool keepPace = false, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(hub);
        var played = 0L;
        await foreach (var e in InTime(recording, keepPace, timeProvider ?? TimeProvider.System, cancellationToken).ConfigureAwait(false))
        {
            hub.Publish(e.Event);
            played++;
        }

        return played;
    }

    /// <summary>
    /// Publishes a recording through a client, and so to a real hub: each event to the topic that it had, and byte for byte. The sender is now the client. Where its send queue is full this
    /// waits.
    /// </summary>
    /// <param name="recording">The events, such as those of <see cref="ReadAsync"/>.</param>
    /// <param name="client">The client, which must be connected; see <see cref="ZeekClient.WaitForSubscriberAsync"/> for when there is someone to hear it.</param>
    /// <param name="keepPace">Whether to leave as much time between events as there was; by default they follow one another at once.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Ends the playing.</param>
    /// <returns>How many events were sent; those that nobody subscribes to are passed over.</returns>
    /// <exception cref="ZeekPublishException">The connection is lost.</exception>
    /// <exception cref="ZeekRecordingException">The recording is damaged, after what comes before the damage was played: see <see cref="ReadAsync"/>.</exception>
    public static async Task<long> PlayThroughAsync(
        IAsyncEnumerable<ZeekRecordedEvent> recording, ZeekClient client, bool keepPace = false, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(client);
        var time = timeProvider ?? TimeProvider.System;
        var sent = 0L;
        await foreach (var e in InTime(recording, keepPace, time, cancellationToken).ConfigureAwait(false))
        {
            PublishResult result;
            while ((result = client.Publish(e.Event)) == PublishResult.QueueFull)
                await Task.Delay(Retry, time, cancellationToken).ConfigureAwait(false);
            if (result == PublishResult.Disconnected)
                throw new ZeekPublishException(e.Event.Topic, result);
            sent += result == PublishResult.Sent ? 1 : 0;
        }

        return sent;
    }

    private static async IAsyncEnumerable<ZeekRecordedEvent> InTime(
        IAsyncEnumerable<ZeekRecordedEvent> recording,
        bool keepPace,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        DateTimeOffset? first = null;
        await foreach (var e in recording.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            first ??= e.At;
            TimeSpan left;
            while (keepPace && (left = e.At - first.Value - time.GetElapsedTime(begun)) > TimeSpan.Zero)
                await Task.Delay(left < LongestDelay ? left : LongestDelay, time, cancellationToken).ConfigureAwait(false);
            yield return e;
        }
    }
}
