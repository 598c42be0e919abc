// The "stomper": Zeek asks about URLs, this program looks them up in a list and tells Zeek which to block (url-lookup.zeek).
//   dotnet run --project samples/UrlLookup -- <hub XPUB> <hub XSUB> <file with one bad host or URL a line>
using MailScanBridge.Zeek;

if (args.Length < 3 || !File.Exists(args[2]))
{
    Console.Error.WriteLine("usage: UrlLookup <hub XPUB> <hub XSUB> <file with one bad host or URL a line>");
    return 2;
}

var bad = File.ReadLines(args[2]).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToHashSet(StringComparer.OrdinalIgnoreCase);
try
{
    await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] });
    client.Subscribe("stomper.check.");
    await client.StartAsync();
    Console.WriteLine($"{bad.Count} bad hosts and URLs");
    await client.HandleAllAsync(new Stomper(client, bad));
    return 0;
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

public sealed partial class Stomper(ZeekClient client, IReadOnlySet<string> bad)
{
    [ZeekEvent("Stomper::remote_check_URL")]
    public void Check(ulong seqno, string host, string uri)
    {
        // What is on no list proves nothing, so there is only the one answer.
        if (!bad.Contains(host) && !bad.Contains(host + uri))
            return;
        var result = client.Publish("stomper.block.", new ZeekEvent("Stomper::stomper_block", ZeekValue.FromCount(seqno)));
        Console.WriteLine($"block {seqno}: {Printable(host)}{(result == PublishResult.Sent ? "" : ", but Zeek was not told: " + result)}");
    }

    // Hosts come from the wire; a terminal must not be told what to do by them.
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
}
