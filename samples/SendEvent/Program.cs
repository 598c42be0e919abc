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

var e = new ZeekEvent(args[3], [.. args[4..].Select(Parse)]);
await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] });
await client.StartAsync();
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
try
{
    await client.WaitForSubscriberAsync(args[2], patience.Token);
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine($"nobody subscribes to {args[2]}");
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
    var text = arg[(colon + 1)..];
    var parts = text.Split('/');
    return arg[..Math.Max(colon, 0)] switch
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
