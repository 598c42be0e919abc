using System.IO.Compression;
using System.Text;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>
/// Before the daemon says that it is there, it scans two mails of its own: EICAR in a zip must be found, and plain text must not
/// be called bad. A scanner that finds nothing any more is worse than none. It also leaves the code warm for the first real file.
/// </summary>
internal static class SelfTest
{
    /// <summary>Runs the test in a directory of its own below <paramref name="store"/>.</summary>
    /// <exception cref="StartException">A mail got another verdict than it must.</exception>
    public static async Task RunAsync(string store, UnpackBudget budget, IReadOnlyList<Route> routes, IReadOnlyList<IScanner> scanners, TimeProvider time, CancellationToken cancellationToken)
    {
        var builtIn = scanners.OfType<ContentScanner>().ToDictionary(s => s.Name, s => (IScanner)s);
        if (builtIn.Count == 0)
        {
            return; // Switched off by configuration: other tools have their own say, at their own time.
        }

        var directory = Path.Combine(store, "self-test");
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true); // The daemon was killed in here.
        }

        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var metrics = new MailScanMetrics(); // Its scans are not the sensor's.
        var ours = routes.Select(r => r with { Steps = [.. r.Steps.Where(s => builtIn.ContainsKey(s.Scanner))] }).ToList();
        var scan = new FileScan(new Unpacker(budget, time), new Router(ours), new ScanRunner(builtIn, metrics, time), TimeSpan.FromMinutes(5), time);
        try
        {
            await ExpectAsync(VerdictKind.Malicious, Mail(Zip(ByteSignatures.All.First(s => s.Finding.Name == ByteSignatures.EicarName).Pattern)));
            await ExpectAsync(VerdictKind.Clean, Mail(Zip("nothing at all"u8.ToArray())));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        async Task ExpectAsync(VerdictKind expected, byte[] mail)
        {
            var path = Path.Combine(directory, "mail");
            var work = Path.Combine(directory, "work");
            await File.WriteAllBytesAsync(path, mail, cancellationToken);
            IReadOnlyList<ScanReport> reports = [];
            var verdict = await scan.RunAsync(LocalRequest.Of("self-test", 1, mail.Length, default) with { Kind = "message" }, path, null, work, () => TimeSpan.Zero, 0, cancellationToken, look: (_, done) => reports = done);
            if (verdict.Kind != expected && reports.All(r => r.Steps.Any(s => s.Result is not null)))
            {
                throw new StartException(
                    $"The self-test failed: a mail that must be {Words.Of(expected)} was called {Words.Of(verdict.Kind)} ({verdict.Detail}). Check routes and unpacking limits.");
            }
        }
    }

    private static byte[] Zip(byte[] content)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("test.txt").Open())
        {
            entry.Write(content);
        }

        return zip.ToArray();
    }

    private static byte[] Mail(byte[] attachment) => Encoding.ASCII.GetBytes(
        "From: self@test.invalid\r\nTo: self@test.invalid\r\nSubject: self-test\r\nMIME-Version: 1.0\r\n" +
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nself-test\r\n" +
        "--b\r\nContent-Type: application/zip; name=\"test.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        $"{Convert.ToBase64String(attachment, Base64FormattingOptions.InsertLineBreaks)}\r\n--b--\r\n");
}
