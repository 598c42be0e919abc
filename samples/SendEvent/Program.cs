// Sends one event from a shell line, and ends when it has passed the hub.
//   dotnet run --project samples/SendEvent -- <hub XPUB> <hub XSUB> <topic> <Module::event> [type:value ...]
//   types: bool count int double string addr subnet port time interval enum
using System.Globalization;
using System.Net;
using MailScanBridge.Zeek;

if (args.Length < 4)
{
    Console.Error.WriteLine("usage: SendEvent <hub XPUB> <hub XSUB> <topic> <Module::event> [type:value ...]");
    return 2;
}

ZeekEvent e;
try
{
    e = new ZeekEvent(args[3], [.. args[4..].Select(Parse)]);
}
catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] });
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
try
{
    await client.StartAsync(patience.Token);
    await client.WaitForSubscriberAsync(args[2], patience.Token);
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine(client.IsConnected ? $"nobody subscribes to {args[2]}" : $"there is no hub at {args[0]} and {args[1]}");
    return 1;
}

client.Publish(args[2], e);
await client.DisposeAsync();
if (client.Statistics.Confirmed != 1)
{
    Console.Error.WriteLine("the event may not have arrived");
    return 1;
}

Console.WriteLine($"sent {e}");
return 0;

static ZeekValue Parse(string arg)
{
    var colon = arg.IndexOf(':', StringComparison.Ordinal);
    try
    {
        return Value(arg[..Math.Max(colon, 0)], arg[(colon + 1)..]);
    }
    catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
    {
        throw new ArgumentException($"'{arg}' cannot be sent: {wrong.Message}", wrong);
    }
}

static ZeekValue Value(string type, string text)
{
    var parts = text.Split('/');
    return type switch
    {
        "bool" => ZeekValue.FromBool(text is "T" or "true"),
        "count" => ZeekValue.FromCount(ulong.Parse(text, CultureInfo.InvariantCulture)),
        "int" => ZeekValue.FromInteger(long.Parse(text, CultureInfo.InvariantCulture)),
        "double" => ZeekValue.FromReal(double.Parse(text, CultureInfo.InvariantCulture)),
        "string" => ZeekValue.FromString(text),
        "addr" => ZeekValue.FromAddress(IPAddress.Parse(text)),
        "subnet" => ZeekValue.FromSubnet(IPAddress.Parse(parts[0]), int.Parse(parts[1], CultureInfo.InvariantCulture)),
        "port" => ZeekValue.FromPort(ushort.Parse(parts[0], CultureInfo.InvariantCulture), Enum.Parse<ZeekPortProtocol>(parts[1], ignoreCase: true)),
        "time" => ZeekValue.FromTime(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)),
        "interval" => ZeekValue.FromInterval(TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture))),
        "enum" => ZeekValue.FromEnum(text),
        var other => throw new ArgumentException($"'{other}' is no type that can be given on a shell line."),
    };
}
