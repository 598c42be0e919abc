using System.Runtime.CompilerServices;
using System.Text;
using MailScanBridge.Zeek.Telemetry;
using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek;

public sealed partial class ZeekClient
{
    /// <summary>Publishes a typed event. Never waits.</summary>
    /// <typeparam name="T">The typed event.</typeparam>
    /// <param name="topic">The topic; everyone who subscribes to a prefix of it receives the event.</param>
    /// <param name="e">The event.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The event is larger than <see cref="ZeekWireLimits.MaxBytes"/>, or a value cannot be sent.</exception>
    public PublishResult Publish<T>(string topic, T e)
        where T : IZeekEvent<T> => Publish(topic, e, []);

    /// <summary>Publishes a typed event with metadata. Never waits.</summary>
    /// <typeparam name="T">The typed event.</typeparam>
    /// <param name="topic">The topic; everyone who subscribes to a prefix of it receives the event.</param>
    /// <param name="e">The event.</param>
    /// <param name="metadata">What travels beside the arguments, such as <see cref="ZeekEventMetadata.FromNetworkTime"/>; may be empty. Receivers ignore what they have not registered.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The event is larger than <see cref="ZeekWireLimits.MaxBytes"/>, or a value cannot be sent.</exception>
    public PublishResult Publish<T>(string topic, T e, IReadOnlyList<ZeekEventMetadata> metadata)
        where T : IZeekEvent<T>
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(metadata);
        var known = _topics.Get(topic);
        return WhyRefused(known) ?? Enqueue(known, ZeekWire.Encode(e, metadata));
    }

    /// <summary>Reads events of one type as they come in. Several readers share what comes in: each event goes to one.</summary>
    /// <typeparam name="T">The typed event.</typeparam>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// The events; ends when the client is disposed. Events of other names are passed over; of this name those whose arguments do not fit are counted, logged once, and left out.
    /// </returns>
    public async IAsyncEnumerable<ZeekMessage<T>> ReadAllAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : IZeekEvent<T>
    {
        await foreach (var raw in ReadAllRawAsync(cancellationToken).ConfigureAwait(false))
        {
            if (raw.Name == TypedCodec<T>.Name && TryAs<T>(raw) is { } message)
                yield return message;
        }
    }

    /// <summary>Reads events as they come in, without decoding their arguments. Several readers share what comes in: each event goes to one.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The events; ends when the client is disposed. What has not the form of an event is counted, logged once per kind, and left out.</returns>
    public async IAsyncEnumerable<ZeekRawEvent> ReadAllRawAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _receiveQueue.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_receiveQueue.TryTake(out var received))
            {
                if (Open(received) is { } raw)
                    yield return raw;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Calls a handler's methods for events as they come in, one after another, until the client is disposed.</summary>
    /// <param name="handler">An object of a partial class whose methods have <see cref="ZeekEventAttribute"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// A task that ends with the client. Events for which there is no method are passed over; those whose arguments do not fit are counted, logged once, and left out. What a
    /// method throws ends it, but for <see cref="ZeekSchemaException"/> and <see cref="ZeekWireException"/>, which count as arguments that do not fit.
    /// </returns>
    public async Task HandleAllAsync(IZeekHandler handler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        await foreach (var raw in ReadAllRawAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await handler.HandleAsync(raw, cancellationToken).ConfigureAwait(false);
            }
            catch (ZeekException e) when (e is ZeekSchemaException or ZeekWireException)
            {
                CountUndecodable(e is ZeekSchemaException { Event: null } schema ? schema.In(raw.Name) : e, raw.Sender);
            }
        }
    }

    private ZeekRawEvent? Open(in ReceivedMessage received)
    {
        try
        {
            return new ZeekRawEvent(received.Topic, received.Sender, received.Payload, received.Epoch, _options.Limits);
        }
        catch (ZeekWireException e)
        {
            CountUndecodable(e, received.Sender);
            return null;
        }
    }

    private ZeekMessage<T>? TryAs<T>(ZeekRawEvent raw)
        where T : IZeekEvent<T>
    {
        try
        {
            return new ZeekMessage<T>(raw.Topic, raw.Sender, raw.As<T>(), raw.ConnectionEpoch) { Metadata = raw.Metadata };
        }
        catch (ZeekException e) when (e is ZeekSchemaException or ZeekWireException)
        {
            CountUndecodable(e, raw.Sender);
            return null;
        }
    }

    private void CountUndecodable(ZeekException e, string sender)
    {
        var kind = e switch
        {
            ZeekSchemaException schema => "schema:" + schema.Event,
            ZeekWireException wire => wire.Error.ToString(),
            _ => "other",
        };
        if (_counters.CountUndecodable(kind))
            Log.Undecodable(_logger, Printable.Text(Encoding.UTF8.GetBytes(sender)), kind, e.Message);
    }
}
