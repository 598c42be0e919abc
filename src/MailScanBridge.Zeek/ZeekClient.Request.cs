using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek;

public sealed partial class ZeekClient
{
    // The longest time that a timer can be set to, some 49 days.
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Publishes a request and waits for its reply. The topic of the reply must be subscribed to.</summary>
    /// <param name="topic">The topic of the request.</param>
    /// <param name="request">The request, which carries an id of its own.</param>
    /// <param name="reply">How to know the reply: an event with that id. It does not come out of <see cref="ReadAllAsync(CancellationToken)"/> too.</param>
    /// <param name="timeout">How long to wait for the reply, up to 49 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The reply. The first counts; later ones to the same id are events like any other.</returns>
    /// <remarks>
    /// The request is published once. Zeek's cluster promises no delivery, so who must have an answer asks again, with the same id, after a <see cref="TimeoutException"/>.
    /// </remarks>
    /// <exception cref="ZeekPublishException">The request was not sent, for instance since nobody has subscribed yet: see <see cref="WaitForSubscriberAsync"/>.</exception>
    /// <exception cref="TimeoutException">No reply came in time.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed, or was before a reply came.</exception>
    /// <exception cref="ArgumentException">
    /// A request for the same reply is under way, the place of the reply's id is below zero, or the timeout is; then nothing is published.
    /// </exception>
    public async Task<ZeekMessage> RequestAsync(
        string topic, ZeekEvent request, ZeekReplyMatch reply, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await ExchangeAsync(topic, () => Publish(topic, request), reply, timeout, cancellationToken).ConfigureAwait(false)).Message;
    }

    /// <summary>Publishes a request and waits for its reply, as <see cref="RequestAsync(string, ZeekEvent, ZeekReplyMatch, TimeSpan, CancellationToken)"/> does, until the timeout.</summary>
    /// <param name="topic">The topic of the request.</param>
    /// <param name="request">The request, which carries an id of its own.</param>
    /// <param name="reply">How to know the reply.</param>
    /// <param name="timeout">How long to wait for the reply.</param>
    /// <returns>The reply.</returns>
    public Task<ZeekMessage> RequestAsync(string topic, ZeekEvent request, ZeekReplyMatch reply, TimeSpan timeout) =>
        RequestAsync(topic, request, reply, timeout, CancellationToken.None);

    /// <summary>Publishes a typed request and waits for its typed reply. The topic of the reply must be subscribed to.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TReply">The reply.</typeparam>
    /// <param name="topic">The topic of the request.</param>
    /// <param name="request">The request, with an id that no other request under way has.</param>
    /// <param name="idField">The argument, by its name in Zeek, in which both carry that id, such as <c>reqid</c>.</param>
    /// <param name="timeout">How long to wait for the reply, up to 49 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The reply, which does not come out of <see cref="ReadAllAsync{T}"/> too.</returns>
    /// <remarks>As <see cref="RequestAsync(string, ZeekEvent, ZeekReplyMatch, TimeSpan, CancellationToken)"/>, which is also for replies that carry the id under another name.</remarks>
    /// <exception cref="ZeekPublishException">The request was not sent, for instance since nobody has subscribed yet: see <see cref="WaitForSubscriberAsync"/>.</exception>
    /// <exception cref="TimeoutException">No reply came in time.</exception>
    /// <exception cref="ZeekSchemaException">A reply with the id came, but its other arguments are not those of the type.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed, or was before a reply came.</exception>
    /// <exception cref="ArgumentException">
    /// One of the two has no such argument, a request with the same id is under way, or the timeout is below zero; then nothing is published.
    /// </exception>
    public async Task<ZeekMessage<TReply>> RequestAsync<TRequest, TReply>(
        string topic, TRequest request, string idField, TimeSpan timeout, CancellationToken cancellationToken)
        where TRequest : IZeekEvent<TRequest>
        where TReply : IZeekEvent<TReply>
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(idField);
        var id = ZeekWire.DecodeEvent(ZeekWire.Encode(request), _options.Limits).Args[PlaceOf<TRequest>(idField)];
        var match = new ZeekReplyMatch(TReply.EventName, PlaceOf<TReply>(idField), id);
        var (message, payload) = await ExchangeAsync(topic, () => Publish(topic, request), match, timeout, cancellationToken).ConfigureAwait(false);
        var raw = new ZeekRawEvent(message.Topic, message.Sender, payload, message.ConnectionEpoch, _options.Limits);
        return new ZeekMessage<TReply>(message.Topic, message.Sender, raw.As<TReply>(), message.ConnectionEpoch) { Metadata = raw.Metadata };
    }

    /// <summary>
    /// Publishes a typed request and waits for its typed reply, as <see cref="RequestAsync{TRequest, TReply}(string, TRequest, string, TimeSpan, CancellationToken)"/> does, until the timeout.
    /// </summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TReply">The reply.</typeparam>
    /// <param name="topic">The topic of the request.</param>
    /// <param name="request">The request, with an id that no other request under way has.</param>
    /// <param name="idField">The argument, by its name in Zeek, in which both carry that id.</param>
    /// <param name="timeout">How long to wait for the reply.</param>
    /// <returns>The reply.</returns>
    public Task<ZeekMessage<TReply>> RequestAsync<TRequest, TReply>(string topic, TRequest request, string idField, TimeSpan timeout)
        where TRequest : IZeekEvent<TRequest>
        where TReply : IZeekEvent<TReply> => RequestAsync<TRequest, TReply>(topic, request, idField, timeout, CancellationToken.None);

    private async Task<PendingReply> ExchangeAsync(string topic, Func<PublishResult> publish, ZeekReplyMatch reply, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(reply.EventName);
        ArgumentOutOfRangeException.ThrowIfNegative(reply.Argument);
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout > MaxTimeout))
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The timeout must be infinite, or from zero to 49 days.");
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var coming = _replies.Add(reply);
        try
        {
            var result = publish();
            if (result != PublishResult.Sent)
            {
                // The client may have gone just now, which is why nothing is sent any more.
                ObjectDisposedException.ThrowIf(_disposed != 0, this);
                throw new ZeekPublishException(topic, result);
            }

            return await coming.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false)
                ?? throw new ObjectDisposedException(nameof(ZeekClient), "The client was disposed before a reply came.");
        }
        finally
        {
            _replies.Remove(reply);
        }
    }

    private static int PlaceOf<T>(string field)
        where T : IZeekEvent<T>
    {
        for (var i = 0; i < T.Fields.Count; i++)
        {
            if (T.Fields[i].Name == field)
                return i;
        }

        throw new ArgumentException($"The event {T.EventName} has no argument '{field}'; it has: {string.Join(", ", T.Fields.Select(each => each.Name))}.", nameof(field));
    }
}

/// <summary>How to know the reply to a request: an event of a name, one of whose arguments is the request's id.</summary>
/// <param name="EventName">The reply's name.</param>
/// <param name="Argument">Which of its arguments is the id, from 0.</param>
/// <param name="Value">The id.</param>
public sealed record ZeekReplyMatch(string EventName, int Argument, ZeekValue Value);
