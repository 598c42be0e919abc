using System.Globalization;
using System.Text;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Intake;

namespace MailScanBridge.Daemon.Soak;

/// <summary>Files whose verdict is known, each with a content of its own, so that no answer comes from an earlier scan.</summary>
internal static class SoakFiles
{
    // Joined at run time only: neither this source nor the library may be taken for the test file itself.
    private static readonly string s_eicar = string.Concat(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*");
    private static readonly MailContext s_mail = new() { RcptTo = [], To = [], Cc = [], TransDepth = 1 };

    /// <summary>Without end; one in <paramref name="oneBadIn"/> is malicious, and its label says so.</summary>
    public static IEnumerable<SensorFile> Make(int seed, int oneBadIn = 10)
    {
        var random = new Random(seed);
        for (var number = 1; ; number++)
        {
            var isBad = random.Next(oneBadIn) == 0;
            var text = string.Create(CultureInfo.InvariantCulture, $"file {number} of soak {seed}\r\n{new string('x', random.Next(2000))}\r\n{(isBad ? s_eicar : "")}\r\n");
            yield return new SensorFile(isBad ? "malicious" : "clean", "part", Encoding.ASCII.GetBytes(text), 0, Encoding.ASCII.GetBytes($"{number}.txt"), "text/plain"u8.ToArray(), s_mail, new object());
        }
    }
}
