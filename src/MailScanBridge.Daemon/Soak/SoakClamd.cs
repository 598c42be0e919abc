using System.Text;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Scanning.Commands;

namespace MailScanBridge.Daemon.Soak;

/// <summary>A real clamd of the soak's own, whose database has one signature: the EICAR string. Before it is killed it is stopped, so that it dies amid scans.</summary>
internal sealed class SoakClamd : SoakProcess
{
    public SoakClamd(string directory)
        : base("clamd", directory, [Program, "-c", Path.Combine(directory, "clamd.conf")], new Dictionary<string, string>())
    {
        Socket = Path.Combine(directory, "clamd.sock");
        var database = Directory.CreateDirectory(Path.Combine(directory, "clamd-db")).FullName;
        var eicar = ByteSignatures.All.First(s => s.Finding.Name == ByteSignatures.EicarName).Pattern;
        File.WriteAllText(Path.Combine(database, "local.ndb"), $"Eicar-Test-Signature:0:*:{Convert.ToHexStringLower(eicar)}\n", Encoding.ASCII);
        File.WriteAllText(
            Path.Combine(directory, "clamd.conf"),
            $"""
            Foreground yes
            LocalSocket {Socket}
            DatabaseDirectory {database}
            TemporaryDirectory {directory}
            AlertExceedsMax yes

            """);
        StopBeforeKill = TimeSpan.FromMilliseconds(100);
    }

    /// <summary>Where it listens.</summary>
    public string Socket { get; }

    private static string Program => CommandScanner.FindProgram("clamd") ?? CommandScanner.FindProgram("/usr/sbin/clamd")
        ?? throw new StartException("soak --harm clamd needs clamd (Debian package clamav-daemon), which is not on this machine.");
}
