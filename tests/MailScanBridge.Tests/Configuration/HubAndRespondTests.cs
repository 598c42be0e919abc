using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Configuration;

/// <summary>Where the hub is, who gets in, and what the responder may do.</summary>
public sealed class HubAndRespondTests : IDisposable
{
    private static readonly NetMQ.NetMQCertificate s_pair = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void With_keys_the_hub_may_be_anywhere_and_without_only_here()
    {
        var keys = Keys();
        var remote = "xpub: 'tcp://192.0.2.1:27760', xsub: 'tcp://[2001:db8::1]:27761'";

        var config = Load($"hub: {{ host: false, curve: '{keys}', {remote} }}");

        Assert.Equal((s_pair.SecretKeyZ85, "tcp://192.0.2.1:27760", "tcp://[2001:db8::1]:27761"), (config.Curve!.ClientSecretKey, config.HubXPub, config.HubXSub));
        Assert.Contains("loopback", Refused($"hub: {{ host: false, {remote} }}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_may_come_from_Zeeks_own_variables()
    {
        var variables = new Dictionary<string, string>();
        foreach (var name in (string[])["SERVER_PUBLICKEY", "CLIENT_PUBLICKEY", "CLIENT_SECRETKEY"])
        {
            variables[$"ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_{name}"] = Key(name);
        }

        Assert.NotNull(Load("hub: { host: false }", variables).Curve);
        variables["ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_CLIENT_SECRETKEY"] = "short";
        Assert.Contains("CLIENT_SECRETKEY", Refused("hub: { host: false }", variables), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hub_of_ones_own_takes_no_keys() =>
        Assert.Contains("hub.host: must be false where keys are given", Refused($"hub: {{ curve: '{Keys()}' }}"), StringComparison.Ordinal);

    [Fact]
    public void A_secret_key_that_others_may_read_is_refused()
    {
        var keys = Keys();
        File.SetUnixFileMode(Path.Combine(keys, "client_secretkey"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Contains("make it 0600", Refused($"hub: {{ host: false, curve: '{keys}' }}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_somebody_else_could_exchange_are_refused()
    {
        var keys = Keys();
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);

        Assert.Contains($"hub.curve: everybody may write to {keys}: whoever can exchange a key", Refused($"hub: {{ host: false, curve: '{keys}' }}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_key_is_refused_and_not_waited_for()
    {
        var keys = Keys();
        File.Delete(Path.Combine(keys, "server_publickey"));
        Posix.MakeFifo(Path.Combine(keys, "server_publickey"));

        Assert.Contains("it is empty, or no file", await Task.Run(() => Refused($"hub: {{ host: false, curve: '{keys}' }}")).WaitAsync(Wait.Token), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_may_be_Zeeks_but_not_another_persons()
    {
        Assert.SkipUnless(Posix.IsRoot, "Only root can give a file away.");
        var keys = Keys();
        Posix.Own(Path.Combine(keys, "server_publickey"), 100);
        Assert.NotNull(Load($"hub: {{ host: false, curve: '{keys}' }}").Curve);
        Posix.Own(Path.Combine(keys, "server_publickey"), 65534);
        Assert.Contains("server_publickey belongs to user 65534", Refused($"hub: {{ host: false, curve: '{keys}' }}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hub: { host: false, curve: relative }", "hub.curve")]
    [InlineData("hub: { host: false, curve: /no/such/directory }", "does not exist")]
    [InlineData("respond: { table: 'a; delete table inet filter' }", "respond.table")]
    [InlineData("respond: { never: [192.0.2.1/33] }", "item 1")]
    [InlineData("respond: { never: [192.0.2.1, nonsense] }", "item 2")]
    [InlineData("respond: { min_prefix_v4: 0 }", "respond.min_prefix_v4")]
    [InlineData("respond: { max_rule: 1 }", "unknown key")]
    public void Errors_say_where(string text, string problem) => Assert.Contains(problem, Refused(text), StringComparison.Ordinal);

    [Fact]
    public void The_responders_caps_are_read()
    {
        var respond = Load("respond: { table: t, never: [192.0.2.1, 198.51.100.0/24, '2001:db8::/32'], max_rules: 3, max_per_hour: 4, max_time: 2d, max_age: 5s, min_prefix_v4: 24, min_prefix_v6: 48, allow_unauthenticated: true }").Respond;

        Assert.True(respond.AllowUnauthenticated);
        Assert.Equal(["192.0.2.1/32", "198.51.100.0/24", "2001:db8::/32"], respond.Options.Never.Select(n => n.ToString()));
        Assert.Equal(("t", 3, 4, TimeSpan.FromDays(2), TimeSpan.FromSeconds(5), 24, 48), (respond.Options.Table, respond.Options.MaxRules, respond.Options.MaxPerHour, respond.Options.MaxTime, respond.Options.MaxAge, respond.Options.MinPrefixV4, respond.Options.MinPrefixV6));
    }

    public void Dispose() => _folder.Dispose();

    // One pair serves as the client's and, by its public half, as the hub's.
    private static string Key(string name) => name.EndsWith("SECRETKEY", StringComparison.OrdinalIgnoreCase) ? s_pair.SecretKeyZ85! : s_pair.PublicKeyZ85;

    private string Keys()
    {
        foreach (var name in (string[])["server_publickey", "client_publickey", "client_secretkey"])
        {
            var path = _folder.Write(name, Encoding.ASCII.GetBytes(Key(name)));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return _folder.Path;
    }

    private string Refused(string text, Dictionary<string, string>? environment = null) => Assert.Throws<ConfigException>(() => Load(text, environment)).Message;

    private BridgeConfig Load(string text, Dictionary<string, string>? environment = null) =>
        ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), name => environment?.GetValueOrDefault(name));
}
