using System.Text;
using NetMQ;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>Fresh CURVE keys: a directory as zeekctl keeps them, for the daemon, and the variables that Zeek reads.</summary>
internal sealed class CurveKeys
{
    private const string Variable = "ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_";

    /// <param name="directory">Made; for its owner alone.</param>
    public CurveKeys(string directory)
    {
        var server = new NetMQCertificate();
        var client = new NetMQCertificate();
        Directory = directory;
        Environment = new Dictionary<string, string>
        {
            [Variable + "SERVER_PUBLICKEY"] = server.PublicKeyZ85,
            [Variable + "SERVER_SECRETKEY"] = server.SecretKeyZ85!,
            [Variable + "CLIENT_PUBLICKEY"] = client.PublicKeyZ85,
            [Variable + "CLIENT_SECRETKEY"] = client.SecretKeyZ85!,
        };
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (name, key) in new[] { ("server_publickey", server.PublicKeyZ85), ("client_publickey", client.PublicKeyZ85), ("client_secretkey", client.SecretKeyZ85!) })
        {
            using var file = new FileStream(Path.Combine(directory, name), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            file.Write(Encoding.ASCII.GetBytes(key));
        }
    }

    public string Directory { get; }

    /// <summary>Of the hub's side and the clients', as zeekctl gives them to every node.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }
}
