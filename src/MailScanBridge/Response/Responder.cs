using System.Net;
using MailScanBridge.Telemetry;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Response;

/// <summary>
/// Carries out what Zeek's NetControl asks for: keeps what is to be dropped in an nftables table of its own, whose elements end by
/// themselves, so that nothing stays blocked when Zeek or the responder is gone. Each request gets one answer and one line in
/// the log, refusals too. It reads no files and looks at no mail: it needs the right to change the network's filters, and
/// nothing else, and so is a process of its own.
/// </summary>
internal sealed partial class Responder
{
    private readonly ZeekClient _client;
    private readonly NftTable _table;
    private readonly ResponderOptions _options;
    private readonly DropBook _book;
    private readonly Func<IReadOnlyList<IPNetwork>> _never;
    private readonly ILogger _logger;

    /// <param name="client">Not started yet.</param>
    /// <param name="bridge">The bridge whose Zeek nodes may ask.</param>
    /// <param name="table">Where drops are kept.</param>
    /// <param name="options">The caps.</param>
    /// <param name="ownAddresses">This machine's addresses as they are now: never dropped.</param>
    /// <param name="time">For the caps.</param>
    /// <param name="logger">Gets a line for each request.</param>
    public Responder(ZeekClient client, string bridge, NftTable table, ResponderOptions options, Func<IReadOnlyList<IPAddress>> ownAddresses, TimeProvider time, ILogger logger)
    {
        _client = client;
        _table = table;
        _options = options;
        _book = new DropBook(options, time);
        _never = () => [.. s_never, .. options.Never, .. ownAddresses().Select(a => new IPNetwork(a, a.GetAddressBytes().Length * 8))];
        _logger = logger;
        client.Subscribe(Topics.Drop(bridge));
    }

    private static readonly IReadOnlyList<IPNetwork> s_never =
    [
        IPNetwork.Parse("0.0.0.0/32"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("255.255.255.255/32"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    /// <summary>Makes the table, connects, and answers until cancelled. What is in force then stays until it ends by itself.</summary>
    /// <exception cref="NftException">The table cannot be made: <c>nft</c> is not there, or the process may not.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _table.CreateAsync(cancellationToken);
        await _client.StartAsync(cancellationToken);
        await _client.HandleAllAsync(this, cancellationToken);
    }

    [ZeekEvent("MailScan::drop")]
    public async Task DropAsync(Drop drop)
    {
        if (_book.Has(drop.Node, drop.Incarnation, drop.Rule))
        {
            Answer(drop.Node, drop.Incarnation, drop.Rule, "exists", "");
            return;
        }

        var (elements, refused) = DropElement.Of(drop, _options, _never());
        if ((refused ?? _book.WhyNot(drop)) is { } why)
        {
            Refuse(drop, why);
            return;
        }

        var time = _book.Add(drop, elements);
        try
        {
            await _table.AddAsync(elements, time, CancellationToken.None);
        }
        catch (NftException e)
        {
            _book.Remove(drop.Node, drop.Incarnation, drop.Rule);
            Refuse(drop, e.Message);
            return;
        }

        Log.Dropped(_logger, Describe(elements), drop.Expire.TotalSeconds, Printable.Text(drop.Node), Printable.Text(drop.Rule), Printable.Text(drop.Why));
        Answer(drop.Node, drop.Incarnation, drop.Rule, "added", "");
    }

    [ZeekEvent("MailScan::undrop")]
    public async Task UndropAsync(string node, ulong incarnation, string rule)
    {
        if (!_book.Has(node, incarnation, rule))
        {
            // Its time was up, or an earlier responder made it: then it ends by itself.
            Answer(node, incarnation, rule, "error", "this responder has no such rule in force");
            return;
        }

        var elements = _book.Remove(node, incarnation, rule);
        try
        {
            await _table.RemoveAsync(elements, CancellationToken.None);
        }
        catch (NftException e)
        {
            Log.DropFailed(_logger, Printable.Text(node), Printable.Text(rule), e.Message);
            Answer(node, incarnation, rule, "error", $"{e.Message}; it ends by itself");
            return;
        }

        Log.Undropped(_logger, Describe(elements), Printable.Text(node), Printable.Text(rule));
        Answer(node, incarnation, rule, "removed", "");
    }

    private static string Describe(IReadOnlyList<DropElement> elements) => elements.Count == 0 ? "(another rule keeps it)" : string.Join(", ", elements.Select(e => $"{e.Set} {e.Value}"));

    private void Refuse(Drop drop, string why)
    {
        Log.DropFailed(_logger, Printable.Text(drop.Node), Printable.Text(drop.Rule), why);
        Answer(drop.Node, drop.Incarnation, drop.Rule, "error", why);
    }

    private void Answer(string node, ulong incarnation, string rule, string status, string detail)
    {
        if (_client.Publish(Topics.Reply(node, incarnation), new DropResultEvent(node, incarnation, rule, status, detail)) is var result and not PublishResult.Sent)
        {
            Log.DropUnanswered(_logger, Printable.Text(node), Printable.Text(rule), result.ToString());
        }
    }
}
