// Sends one event from a shell line, and ends when it has passed the hub.
//   dotnet run --project samples/SendEvent -- <hub XPUB> <hub XSUB> <topic> <Module::event> [type:value ...]
//   types: bool (T or F), count, int, double, string, addr, subnet (10.0.0.0/8), port (25/tcp), time, interval (in seconds), enum
using System.Globalization;
using System.Net;
using MailScanBridge.Zeek;

if (args.Length < 4)
{
    Console.Error.WriteLine("usage: SendEvent <hub XPUB> <hub XSUB> <topic> <Module::event> [type:value ...]");
    return 2;
}

try
{
    var e = new ZeekEvent(args[3], [.. args[4..].Select(Parse)]);
    return await SendAsync(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] }, args[2], e);
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

static async Task<int> SendAsync(ZeekClientOptions options, string topic, ZeekEvent e)
{
    await using var client = new ZeekClient(options);
    using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
    try
    {
        await client.StartAsync(patience.Token);
        await client.WaitForSubscriberAsync(topic, patience.Token);
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine(client.IsConnected ? $"nobody subscribes to {topic}" : $"there is no hub at {options.HubXPub} and {options.HubXSub}");
        return 1;
    }

    var result = client.Publish(topic, e);
    await client.DisposeAsync();
    if (client.Statistics.Confirmed != 1)
    {
        Console.Error.WriteLine(result == PublishResult.Sent ? "the event may not have arrived" : $"the event was not sent: {result}");
        return 1;
    }

    Console.WriteLine($"sent {e}");
    return 0;
}

static ZeekValue Parse(string arg)
{
    var colon = arg.IndexOf(':', StringComparison.Ordinal);
    try
    {
        return Value(arg[..Math.Max(colon, 0)], arg[(colon + 1)..]);
    }
    catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException)
    {
        throw new ArgumentException($"'{arg}' cannot be sent: {wrong.Message}", wrong);
    }
}

static ZeekValue Value(string type, string text) => (type, text.Split('/')) switch
{
    ("bool", ["T" or "true"]) => ZeekValue.FromBool(true),
    ("bool", ["F" or "false"]) => ZeekValue.FromBool(false),
    ("count", _) => ZeekValue.FromCount(ulong.Parse(text, CultureInfo.InvariantCulture)),
    ("int", _) => ZeekValue.FromInteger(long.Parse(text, CultureInfo.InvariantCulture)),
    ("double", _) => ZeekValue.FromReal(double.Parse(text, CultureInfo.InvariantCulture)),
    ("string", _) => ZeekValue.FromString(text),
    ("addr", _) => ZeekValue.FromAddress(IPAddress.Parse(text)),
    ("subnet", [var address, var length]) => ZeekValue.FromSubnet(IPAddress.Parse(address), int.Parse(length, CultureInfo.InvariantCulture)),
    ("port", [var number, var protocol]) => ZeekValue.FromPort(ushort.Parse(number, CultureInfo.InvariantCulture), Protocol(protocol)),
    ("time", _) => ZeekValue.FromTime(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)),
    ("interval", _) => ZeekValue.FromInterval(TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture))),
    ("enum", _) => ZeekValue.FromEnum(text),
    ("bool" or "subnet" or "port", _) => throw new FormatException($"that is no {type}."),
    _ => throw new ArgumentException($"'{type}' is no type that can be given on a shell line."),
};

static ZeekPortProtocol Protocol(string name) => name switch
{
    "tcp" => ZeekPortProtocol.Tcp,
    "udp" => ZeekPortProtocol.Udp,
    "icmp" => ZeekPortProtocol.Icmp,
    "unknown" => ZeekPortProtocol.Unknown,
    _ => throw new FormatException($"'{name}' is no protocol."),
};
