using System.Globalization;

namespace MailScanBridge.Zeek;

/// <summary>How a <see cref="ZeekClient"/> connects and what it holds at most. Immutable; change a copy with <c>with</c>.</summary>
public sealed record ZeekClientOptions
{
    /// <summary>
    /// The endpoint of the hub's XPUB socket, from which events are received; <c>tcp://127.0.0.1:27860</c> by default. With zeekctl this is Zeek's own port
    /// (27760); in Zeek's scripts it is called <c>connect_xsub_endpoint</c>. An IPv6 address stands in brackets.
    /// </summary>
    public string HubXPub { get; init; } = "tcp://127.0.0.1:27860";

    /// <summary>
    /// The endpoint of the hub's XSUB socket, to which events are sent; <c>tcp://127.0.0.1:27861</c> by default. With zeekctl 27761; in Zeek's scripts
    /// <c>connect_xpub_endpoint</c>.
    /// </summary>
    public string HubXSub { get; init; } = "tcp://127.0.0.1:27861";

    /// <summary>
    /// The keys for a hub that uses CURVE; none by default, which is for hubs on this host only. With keys, whoever answers must prove to be the hub and to speak CURVE: an older
    /// version of ZeroMQ's protocol, which knows no encryption, is refused.
    /// </summary>
    public ZeekCurveKeys? Curve { get; init; }

    /// <summary>Whether to reach a hub on another host without CURVE; false by default, since everyone on the way could read and change events.</summary>
    public bool AllowRemotePlaintext { get; init; }

    /// <summary>The name under which people know this client, in logs and as a part of the node id; the name of the program by default.</summary>
    public string NodeName { get; init; } = AppDomain.CurrentDomain.FriendlyName;

    /// <summary>
    /// The id that travels with each event. Two clients with the same id ignore each other's events, so by default (null) each client makes one of its own:
    /// name, host, process and a random part.
    /// </summary>
    public string? NodeId { get; init; }

    /// <summary>
    /// How many events may wait to be read, by all readers together; 20,000 by default. At the limit <see cref="Overflow"/> says what is dropped. The socket is emptied in any case, since a
    /// subscriber that does not read stalls a whole Zeek cluster.
    /// </summary>
    public int ReceiveQueueCapacity { get; init; } = 20_000;

    /// <summary>How many bytes of payload may wait to be read, topics and senders longer than 256 characters counted with it; 64 MiB by default. At the limit <see cref="Overflow"/> says what is dropped.</summary>
    public long ReceiveQueueBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>What is dropped when the receive queue is full; the newest by default.</summary>
    public ReceiveOverflow Overflow { get; init; } = ReceiveOverflow.DropNewest;

    /// <summary>How many events may wait to be sent; 10,000 by default. At the limit <see cref="PublishResult.QueueFull"/> is returned.</summary>
    public int SendQueueCapacity { get; init; } = 10_000;

    /// <summary>How many bytes of topics and payloads may wait to be sent; 64 MiB by default. At the limit as in <see cref="SendQueueCapacity"/>; one event always fits an empty queue.</summary>
    public long SendQueueBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// How many events may be under way to the hub without its echo; 2,048 by default, at least 16. At the limit events wait in the send queue. The client sends a
    /// numbered echo to itself through the hub among its events, since ZeroMQ would drop silently where the hub is slow.
    /// </summary>
    public int SendWindow { get; init; } = 2_048;

    /// <summary>
    /// How many bytes the topics that others subscribe to may take, 64 for each counted with it; 16 MiB by default, some 200,000 topics. Past it the client no longer says of a topic
    /// that nobody subscribes to it, until it connects anew: <see cref="ZeekSubscribers.PerhapsOthers"/>, and what is published goes out.
    /// </summary>
    public long KnownTopicsBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>What is accepted from the wire at most; see there for the defaults. <see cref="ZeekWireLimits.MaxBytes"/> also closes the connection of a hub that sends a larger message.</summary>
    public ZeekWireLimits Limits { get; init; } = ZeekWireLimits.Default;

    /// <summary>How long after the connection or the hub's answer is lost, or fails to come, the first new attempt is made; 100 ms by default. It doubles up to <see cref="ReconnectMax"/>. No time here may be longer than a day.</summary>
    public TimeSpan Reconnect { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between attempts to connect; 5 s by default.</summary>
    public TimeSpan ReconnectMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long both connections may take to be made; 30 s by default. After that the client begins anew with sockets of its own, and says so.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a hub that took the connection has to show the client its own subscription; 10 s by default. After that the client connects anew.</summary>
    public TimeSpan BarrierTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the client makes sure, by an echo through the hub, that the connection works both ways; 5 s by default.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long without an echo the connection counts as lost; 30 s by default, longer than <see cref="Heartbeat"/>.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After how long a standstill of its own (SIGSTOP, a debugger, a suspended machine) the client drops what piled up in its sockets and connects anew; 10 s by
    /// default, 2 s at least. While it stood still it may have held up the whole cluster, so it gets out of the way at once.
    /// </summary>
    public TimeSpan PauseLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="ZeekClient.DisposeAsync"/> waits for the last events to pass the hub; 1 s by default, 500 ms at least.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestPauseLimit = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        var faults = new List<string>();
        CheckEndpoint(faults, HubXPub, nameof(HubXPub));
        CheckEndpoint(faults, HubXSub, nameof(HubXSub));
        CheckRemote(faults, HubXPub, nameof(HubXPub));
        CheckRemote(faults, HubXSub, nameof(HubXSub));
        CheckName(faults, NodeName, nameof(NodeName));
        if (NodeId is not null)
            CheckName(faults, NodeId, nameof(NodeId));
        if (!Enum.IsDefined(Overflow))
            faults.Add($"{nameof(Overflow)} is {(int)Overflow}, which is no policy.");
        CheckLimits(faults);
        if (ReceiveQueueCapacity < 1)
            faults.Add($"{nameof(ReceiveQueueCapacity)} must be at least 1.");
        if (ReceiveQueueBytes < 1)
            faults.Add($"{nameof(ReceiveQueueBytes)} must be at least 1.");
        if (SendQueueCapacity < 1)
            faults.Add($"{nameof(SendQueueCapacity)} must be at least 1.");
        if (SendQueueBytes < 1)
            faults.Add($"{nameof(SendQueueBytes)} must be at least 1.");
        if (KnownTopicsBytes < 1)
            faults.Add($"{nameof(KnownTopicsBytes)} must be at least 1.");
        if (SendWindow < 16)
            faults.Add($"{nameof(SendWindow)} must be at least 16.");
        if (Linger < TimeSpan.FromMilliseconds(500))
            faults.Add($"{nameof(Linger)} must be at least 500 ms, or last events vanish.");
        CheckPositive(faults, Reconnect, nameof(Reconnect));
        CheckPositive(faults, ReconnectMax, nameof(ReconnectMax));
        CheckPositive(faults, ConnectTimeout, nameof(ConnectTimeout));
        CheckPositive(faults, BarrierTimeout, nameof(BarrierTimeout));
        CheckPositive(faults, Heartbeat, nameof(Heartbeat));
        CheckPositive(faults, HeartbeatTimeout, nameof(HeartbeatTimeout));
        CheckPositive(faults, PauseLimit, nameof(PauseLimit));
        if (HeartbeatTimeout <= Heartbeat)
            faults.Add($"{nameof(HeartbeatTimeout)} must be longer than {nameof(Heartbeat)}, or a good connection counts as lost.");
        if (PauseLimit < ShortestPauseLimit)
            faults.Add($"{nameof(PauseLimit)} must be at least 2 s: the client takes a turn once a second where nothing happens.");
        if (faults.Count > 0)
            throw new ArgumentException("The options are not usable: " + string.Join(" ", faults));
    }

    private static void CheckEndpoint(List<string> faults, string endpoint, string name)
    {
        if (!Transport.HubEndpoint.TryParse(endpoint, out _, out _))
            faults.Add($"{name} is '{endpoint}', but must be of the form tcp://host:port, with a port from 1 to 65535 and an IPv6 address in brackets.");
    }

    private void CheckRemote(List<string> faults, string endpoint, string name)
    {
        if (Curve is null && !AllowRemotePlaintext && Transport.HubEndpoint.TryParse(endpoint, out var host, out _) && !Transport.HubEndpoint.IsLoopback(host))
            faults.Add($"{name} is on another host and no CURVE keys are given; set {nameof(AllowRemotePlaintext)} to do without.");
    }

    private static void CheckPositive(List<string> faults, TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > Longest)
            faults.Add($"{name} must be longer than zero and at most a day.");
    }

    private static void CheckName(List<string> faults, string? name, string option)
    {
        if (string.IsNullOrWhiteSpace(name))
            faults.Add($"{option} is empty{(option == nameof(NodeId) ? "; leave it null for one that is made" : "")}.");
        else if (name.Any(c => char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format))
            faults.Add($"{option} holds a character that cannot be printed.");
    }

    private void CheckLimits(List<string> faults)
    {
        if (Limits is null)
            faults.Add($"{nameof(Limits)} is null; the default is {nameof(ZeekWireLimits)}.{nameof(ZeekWireLimits.Default)}.");
        else if (Limits.MaxValues < 1 || Limits.MaxBytes < 1)
            faults.Add($"{nameof(Limits)} must allow at least one value and one byte.");
    }
}
