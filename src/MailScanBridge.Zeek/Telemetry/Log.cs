using MailScanBridge.Zeek.Transport.Hub;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek.Telemetry;

/// <summary>Every log line of the library. Ids: 1-19 connection, 20-39 receiving, 40-59 sending, 60-79 hub.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Connected to the hub at {HubXPub} and {HubXSub}: epoch {Epoch}, node id {NodeId}")]
    public static partial void Connected(ILogger logger, string hubXPub, string hubXSub, long epoch, string nodeId);

    [LoggerMessage(2, LogLevel.Warning, "The connection to the hub at {HubXPub} is lost: {Reason}; {Lost} events were under way or waiting and may be lost")]
    public static partial void ConnectionLost(ILogger logger, string hubXPub, string reason, long lost);

    [LoggerMessage(3, LogLevel.Warning, "The hub at {HubXPub} took the connection but {Reason}, {Times} times in a row")]
    public static partial void NotLive(ILogger logger, string hubXPub, string reason, int times);

    [LoggerMessage(8, LogLevel.Warning, "The hub at {HubXPub} and {HubXSub} could not be reached within {Time}, {Times} times in a row; is it running there?")]
    public static partial void NotReached(ILogger logger, string hubXPub, string hubXSub, TimeSpan time, int times);

    [LoggerMessage(4, LogLevel.Warning, "The client stood still for {Paused}; what piled up in its sockets is dropped and it connects anew")]
    public static partial void Paused(ILogger logger, TimeSpan paused);

    [LoggerMessage(5, LogLevel.Error, "The client's loop failed and connects anew, {Times} times so far")]
    public static partial void LoopFailed(ILogger logger, int times, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "There is no way to the hub at {HubXPub} and {HubXSub}: {Reason}, {Times} times in a row; is the host's name right?")]
    public static partial void CannotConnect(ILogger logger, string hubXPub, string hubXSub, string reason, int times);

    [LoggerMessage(6, LogLevel.Error, "What answers as the hub at {Endpoint} is refused: {Reason}")]
    public static partial void PeerRefused(ILogger logger, string endpoint, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Another client at the hub has the node id {NodeId} too: each of the two ignores the other's events. It is this program's connection of before, or NodeId must be changed")]
    public static partial void Twin(ILogger logger, string nodeId);

    [LoggerMessage(20, LogLevel.Warning, "A message from {Sender} cannot be read ({Kind}: {Reason}); more of this kind are only counted")]
    public static partial void Undecodable(ILogger logger, string sender, string kind, string reason);

    [LoggerMessage(21, LogLevel.Warning, "Events come in faster than they are read: the first was dropped on topic {Topic}; more are only counted")]
    public static partial void Overflow(ILogger logger, string topic);

    [LoggerMessage(22, LogLevel.Warning, "Others subscribe to more topics than KnownTopicsBytes, {Bytes}, has room for: until the next connection nothing is refused for want of a subscriber; more are only counted")]
    public static partial void TopicsNotKept(ILogger logger, long bytes);

    [LoggerMessage(23, LogLevel.Warning, "Events come in that no reader of this client is for: the first was passed over on topic {Topic}; more are only counted")]
    public static partial void PassedOver(ILogger logger, string topic);

    [LoggerMessage(60, LogLevel.Information, "The hub listens: XPUB {XPub}, XSUB {XSub}")]
    public static partial void HubListens(ILogger logger, string xPub, string xSub);

    [LoggerMessage(61, LogLevel.Warning, "The hub closed a connection: {Why}, {Times} times so far")]
    public static partial void HubPeerRefused(ILogger logger, HubPeerEnd why, long times);

    [LoggerMessage(62, LogLevel.Error, "The hub failed over one connection, closed it and goes on")]
    public static partial void HubPeerFailed(ILogger logger, Exception exception);
}
