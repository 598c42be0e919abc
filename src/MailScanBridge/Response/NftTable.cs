using System.Globalization;
using System.Text;
using CliWrap;
using CliWrap.Exceptions;

namespace MailScanBridge.Response;

/// <summary>
/// The responder's own nftables table: sets whose elements end by themselves, and two chains that drop what is in them. Each
/// change is one transaction of <c>nft</c>: all of it or nothing. Other tables are neither read nor touched.
/// </summary>
/// <param name="table">The table's name: letters, digits and underscores.</param>
/// <param name="timeout">How long <c>nft</c> may take.</param>
/// <param name="program">The program; <c>nft</c> by default.</param>
internal sealed class NftTable(string table, TimeSpan timeout, string program = "nft")
{
    private const string Drops = """
              ip saddr . ip daddr @pairs4 counter drop
              ip6 saddr . ip6 daddr @pairs6 counter drop
              ip saddr . th sport . ip daddr . th dport . meta l4proto @flows4 counter drop
              ip6 saddr . th sport . ip6 daddr . th dport . meta l4proto @flows6 counter drop
              ip saddr @addresses4 counter drop
              ip daddr @addresses4 counter drop
              ip6 saddr @addresses6 counter drop
              ip6 daddr @addresses6 counter drop
        """;

    /// <summary>Makes the table where it is not there; what is in force stays.</summary>
    /// <exception cref="NftException">The program is not there, or the kernel refused.</exception>
    public Task CreateAsync(CancellationToken cancellationToken) => RunAsync(
        $$"""
        add table inet {{table}}
        add set inet {{table}} pairs4 { type ipv4_addr . ipv4_addr; flags timeout; }
        add set inet {{table}} pairs6 { type ipv6_addr . ipv6_addr; flags timeout; }
        add set inet {{table}} flows4 { type ipv4_addr . inet_service . ipv4_addr . inet_service . inet_proto; flags timeout; }
        add set inet {{table}} flows6 { type ipv6_addr . inet_service . ipv6_addr . inet_service . inet_proto; flags timeout; }
        add set inet {{table}} addresses4 { type ipv4_addr; flags interval, timeout; }
        add set inet {{table}} addresses6 { type ipv6_addr; flags interval, timeout; }
        add chain inet {{table}} arriving { type filter hook prerouting priority raw; policy accept; }
        add chain inet {{table}} leaving { type filter hook output priority raw; policy accept; }
        flush chain inet {{table}} arriving
        flush chain inet {{table}} leaving
        table inet {{table}} {
            chain arriving {
        {{Drops}}
            }
            chain leaving {
        {{Drops}}
            }
        }

        """,
        cancellationToken);

    /// <summary>Puts elements in force for a time that begins now, whether or not they were.</summary>
    /// <exception cref="NftException">The kernel refused; nothing changed.</exception>
    public Task AddAsync(IReadOnlyList<DropElement> elements, TimeSpan time, CancellationToken cancellationToken)
    {
        var script = new StringBuilder();
        var seconds = Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
        foreach (var (set, value) in elements)
        {
            // Adding what is there keeps its old time, and deleting what is not there fails: so add, delete, add.
            script.AppendLine(CultureInfo.InvariantCulture, $"add element inet {table} {set} {{ {value} timeout {seconds}s }}");
            script.AppendLine(CultureInfo.InvariantCulture, $"delete element inet {table} {set} {{ {value} }}");
            script.AppendLine(CultureInfo.InvariantCulture, $"add element inet {table} {set} {{ {value} timeout {seconds}s }}");
        }

        return RunAsync(script.ToString(), cancellationToken);
    }

    /// <summary>Lets elements go, those that ended by themselves too.</summary>
    /// <exception cref="NftException">The kernel refused; nothing changed.</exception>
    public Task RemoveAsync(IReadOnlyList<DropElement> elements, CancellationToken cancellationToken)
    {
        var script = new StringBuilder();
        foreach (var (set, value) in elements)
        {
            script.AppendLine(CultureInfo.InvariantCulture, $"add element inet {table} {set} {{ {value} timeout 1s }}");
            script.AppendLine(CultureInfo.InvariantCulture, $"delete element inet {table} {set} {{ {value} }}");
        }

        return RunAsync(script.ToString(), cancellationToken);
    }

    /// <summary>Removes the table and with it all that it drops.</summary>
    /// <exception cref="NftException">The kernel refused.</exception>
    public Task DeleteAsync(CancellationToken cancellationToken) => RunAsync($"add table inet {table}\ndelete table inet {table}\n", cancellationToken);

    private async Task RunAsync(string script, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var said = new StringBuilder();
        try
        {
            var result = await Cli.Wrap(program).WithArguments(["-f", "-"])
                .WithStandardInputPipe(PipeSource.FromString(script))
                .WithStandardErrorPipe(PipeTarget.ToStringBuilder(said))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(limit.Token);
            if (result.ExitCode != 0)
            {
                throw new NftException($"nft: {Printable.Text(said.ToString().Trim(), 500)}");
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NftException($"nft did not end within {timeout.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is CliWrapException or System.ComponentModel.Win32Exception)
        {
            throw new NftException($"{program} cannot be run: {e.Message}", e);
        }
    }
}

/// <summary>nftables did not do what it was asked.</summary>
internal sealed class NftException(string message, Exception? inner = null) : Exception(message, inner);
