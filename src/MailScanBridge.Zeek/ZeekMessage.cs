namespace MailScanBridge.Zeek;

/// <summary>An event as it came in, with where it came from.</summary>
/// <param name="Topic">The topic to which it was published.</param>
/// <param name="Sender">The node id that the sender claims, such as <c>zeromq_worker-1_host_4711_ab12</c>. Nothing checks it.</param>
/// <param name="Event">The event.</param>
/// <param name="ConnectionEpoch">Which connection to the hub brought it: 1 for the first, one more after each reconnect.</param>
public sealed record ZeekMessage(string Topic, string Sender, ZeekEvent Event, long ConnectionEpoch);

/// <summary>A typed event as it came in, with where it came from.</summary>
/// <typeparam name="T">The typed event.</typeparam>
/// <param name="Topic">The topic to which it was published.</param>
/// <param name="Sender">The node id that the sender claims. Nothing checks it.</param>
/// <param name="Event">The event.</param>
/// <param name="ConnectionEpoch">Which connection to the hub brought it: 1 for the first, one more after each reconnect.</param>
public sealed record ZeekMessage<T>(string Topic, string Sender, T Event, long ConnectionEpoch);
