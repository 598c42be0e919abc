// Prints every event on some topics as a line of JSON.
//   dotnet run --project samples/Listen -- <hub XPUB> <hub XSUB> [topic prefix ...]     all topics where none is named
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailScanBridge.Zeek;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Listen <hub XPUB> <hub XSUB> [topic prefix ...]");
    return 2;
}

// Events are as deep as the client's limit allows, and a table's pairs are arrays of their own.
var json = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1024 };
try
{
    await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] });
    foreach (var topic in args.Length > 2 ? args[2..] : [""])
        client.Subscribe(topic);
    await client.StartAsync();
    Console.Error.WriteLine("listening");
    _ = TellAsync(client);
    await foreach (var message in client.ReadAllAsync())
    {
        var line = new JsonObject
        {
            ["topic"] = message.Topic,
            ["sender"] = message.Sender,
            ["event"] = message.Event.Name,
            ["args"] = new JsonArray([.. message.Event.Args.Select(ToJson)]),
        };
        Console.WriteLine(Plain(line.ToJsonString(json)));
    }

    return 0;
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

// Strings come from the wire; a terminal must not be told what to do by them, nor turn the line around.
static string Plain(string json)
{
    var plain = new StringBuilder(json.Length);
    foreach (var c in json)
    {
        if (c is >= ' ' and <= '~')
            plain.Append(c);
        else
            plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
    }

    return plain.ToString();
}

// What was published while there was no connection, or while this program stood still, is missing.
static async Task TellAsync(ZeekClient client)
{
    for (var epoch = client.ConnectionEpoch; ;)
    {
        var pauses = client.Statistics.Pauses;
        epoch = await client.WaitForConnectionAsync(epoch);
        if (client.Statistics.Pauses > pauses)
            Console.Error.WriteLine("this program stood still for too long: what piled up is dropped");
        Console.Error.WriteLine($"connected anew: {epoch}");
    }
}

static JsonNode? ToJson(ZeekValue value) => value.Kind switch
{
    ZeekKind.None => null,
    ZeekKind.Boolean => value.AsBool(),
    ZeekKind.Count => value.AsCount(),
    ZeekKind.Integer => value.AsInteger(),
    ZeekKind.Real when double.IsFinite(value.AsReal()) => value.AsReal(),
    ZeekKind.String => value.AsString(),
    ZeekKind.Time => value.AsTime().ToString("O"),
    ZeekKind.Interval => value.AsInterval().TotalSeconds,
    ZeekKind.Vector => new JsonArray([.. value.AsVector().Select(ToJson)]),
    ZeekKind.Set => new JsonArray([.. value.AsSet().Select(ToJson)]),
    ZeekKind.Table => new JsonArray([.. value.AsTable().Select(pair => new JsonArray(ToJson(pair.Key), ToJson(pair.Value)))]),
    _ => value.ToString(),
};
