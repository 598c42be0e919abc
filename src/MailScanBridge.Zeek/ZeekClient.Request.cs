namespace MailScanBridge.Zeek;

public sealed partial class ZeekClient
{
    /// <summary>Publishes a request and waits for its reply. The topic of the reply must be subscribed to.</summary>
    /// <param name="topic">The topic of the request.</param>
    /// <param name="request">The request, which carries an id of its own.</param>
    /// <param name="reply">How to know the reply: an event with that id. It does not come out of <see cref="ReadAllAsync(CancellationToken)"/> too.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="ZeekPublishException">The request was not sent, for instance since nobody has subscribed yet: see <see cref="WaitForSubscriberAsync"/>.</exception>
    /// <exception cref="TimeoutException">No reply came in time.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed before a reply came.</exception>
    /// <exception cref="ArgumentException">A request for the same reply is under way, or the place of the reply's id is below zero.</exception>
    public async Task<ZeekMessage> RequestAsync(
        string topic, ZeekEvent request, ZeekReplyMatch reply, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(reply.EventName);
        ArgumentOutOfRangeException.ThrowIfNegative(reply.Argument);
        cancellationToken.ThrowIfCancellationRequested();
        var coming = _replies.Add(reply);
        try
        {
            var result = Publish(topic, request);
            if (result != PublishResult.Sent)
                throw new ZeekPublishException(topic, result);
            return await coming.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _replies.Remove(reply);
        }
    }
}

/// <summary>How to know the reply to a request: an event of a name, one of whose arguments is the request's id.</summary>
/// <param name="EventName">The reply's name.</param>
/// <param name="Argument">Which of its arguments is the id, from 0.</param>
/// <param name="Value">The id.</param>
public sealed record ZeekReplyMatch(string EventName, int Argument, ZeekValue Value);
