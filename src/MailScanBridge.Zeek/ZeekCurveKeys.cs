using System.Buffers.Binary;
using System.Text;
using NaCl;

namespace MailScanBridge.Zeek;

/// <summary>
/// The three keys with which a client reaches a hub that uses CURVE, in Z85 (40 characters each). All nodes of a Zeek cluster share one client pair: whoever has it can
/// read and publish everything.
/// </summary>
/// <remarks>The text form shows no key. Thread safety: immutable.</remarks>
public sealed record ZeekCurveKeys
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    private const string Variable = "ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_";
    private const UnixFileMode Loose =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Takes the keys as they are.</summary>
    /// <param name="serverPublicKey">The hub's public key.</param>
    /// <param name="clientPublicKey">The clients' public key.</param>
    /// <param name="clientSecretKey">The clients' secret key.</param>
    /// <exception cref="ArgumentException">A key is not 40 characters of Z85, or the client's two are no pair; the message shows no key.</exception>
    public ZeekCurveKeys(string serverPublicKey, string clientPublicKey, string clientSecretKey)
    {
        ServerPublicKey = Check(serverPublicKey, "server public key");
        ClientPublicKey = Check(clientPublicKey, "client public key");
        ClientSecretKey = Check(clientSecretKey, "client secret key");
        if (!IsPair())
            throw new ArgumentException("The client public key does not belong to the client secret key; have keys changed places?", nameof(clientPublicKey));
    }

    /// <summary>The hub's public key.</summary>
    public string ServerPublicKey { get; }

    /// <summary>The clients' public key.</summary>
    public string ClientPublicKey { get; }

    /// <summary>The clients' secret key.</summary>
    public string ClientSecretKey { get; }

    /// <summary>Reads the keys from three files.</summary>
    /// <param name="serverPublicKeyFile">The file with the hub's public key.</param>
    /// <param name="clientPublicKeyFile">The file with the clients' public key.</param>
    /// <param name="clientSecretKeyFile">The file with the clients' secret key; no one but its owner may have any access to it.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="ZeekKeyException">A file cannot be read, is no key, the client's two are no pair, or others than its owner have access to the secret one.</exception>
    public static ZeekCurveKeys FromFiles(string serverPublicKeyFile, string clientPublicKeyFile, string clientSecretKeyFile)
    {
        // Others who can write a public key's file can put their own hub in the place of the right one.
        return FromSource(
            clientPublicKeyFile,
            Read(serverPublicKeyFile, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite),
            Read(clientPublicKeyFile, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite),
            Read(clientSecretKeyFile, Loose));
    }

    /// <summary>Reads the keys that zeekctl keeps on the manager.</summary>
    /// <param name="directory">zeekctl's directory of keys, such as <c>/opt/zeek/spool/zeromq/curve</c>.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="ZeekKeyException">As for <see cref="FromFiles"/>.</exception>
    public static ZeekCurveKeys FromZeekctl(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return FromFiles(Path.Combine(directory, "server_publickey"), Path.Combine(directory, "client_publickey"), Path.Combine(directory, "client_secretkey"));
    }

    /// <summary>Reads the keys from the environment variables that Zeek itself reads: <c>ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_SERVER_PUBLICKEY</c> and so on.</summary>
    /// <param name="variable">How to look up a variable; the process's environment by default.</param>
    /// <returns>The keys; null where none of the variables is set.</returns>
    /// <exception cref="ZeekKeyException">Only some of them are set, one is no key, or the client's two are no pair.</exception>
    public static ZeekCurveKeys? FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        string[] names = [Variable + "SERVER_PUBLICKEY", Variable + "CLIENT_PUBLICKEY", Variable + "CLIENT_SECRETKEY"];
        var values = names.Select(variable).ToArray();
        if (values.All(string.IsNullOrEmpty))
            return null;
        for (var i = 0; i < names.Length; i++)
        {
            if (!IsKey(values[i]))
                throw new ZeekKeyException(names[i], string.IsNullOrEmpty(values[i]) ? $"{names[i]} is not set, but the others are." : $"{names[i]} is not a key of 40 characters in Z85.");
        }

        return FromSource(names[1], values[0]!, values[1]!, values[2]!);
    }

    /// <summary>Tells that there are keys, and shows none.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => nameof(ZeekCurveKeys) + " { *** }";

    private static ZeekCurveKeys FromSource(string source, string serverPublicKey, string clientPublicKey, string clientSecretKey)
    {
        try
        {
            return new ZeekCurveKeys(serverPublicKey, clientPublicKey, clientSecretKey);
        }
        catch (ArgumentException e)
        {
            throw new ZeekKeyException(source, $"{source}: {e.Message}", e);
        }
    }

    private static string Read(string file, UnixFileMode refused)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & refused) != 0)
                throw new ZeekKeyException(file, $"Others than its owner have access to the key file '{file}' (mode {Convert.ToString((int)File.GetUnixFileMode(file), 8)}); make it 0600.");

            // A pipe has no size, and opening it would wait for somebody who writes.
            if (((FileInfo?)File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file)).Length == 0)
                throw new ZeekKeyException(file, $"The file '{file}' does not hold a key of 40 characters in Z85: it is empty, or no file.");
            using var stream = File.OpenRead(file);
            var bytes = new byte[128];
            var text = Encoding.ASCII.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).Trim();
            return IsKey(text) ? text : throw new ZeekKeyException(file, $"The file '{file}' does not hold a key of 40 characters in Z85.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ZeekKeyException(file, $"The key file '{file}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The 32 bytes of a key.</summary>
    internal static byte[] Decode(string key)
    {
        // Z85, https://rfc.zeromq.org/spec/32/: five characters are four bytes.
        var bytes = new byte[key.Length / 5 * 4];
        for (var i = 0; i < key.Length; i += 5)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i / 5 * 4), (uint)Value(key.AsSpan(i, 5)));
        return bytes;
    }

    private bool IsPair()
    {
        Span<byte> publicKey = stackalloc byte[Curve25519.ScalarLength];
        Curve25519.ScalarMultiplicationBase(publicKey, Decode(ClientSecretKey));
        return publicKey.SequenceEqual(Decode(ClientPublicKey));
    }

    private static string Check(string key, string what) =>
        IsKey(key) ? key : throw new ArgumentException($"The {what} must be 40 characters of Z85.", what);

    // libzmq takes 32 raw bytes too; taking just one form keeps a truncated key from passing as the other (netmq#1066).
    // A key of zeros is anybody's.
    private static bool IsKey(string? key) =>
        key is { Length: 40 } && key.All(c => Alphabet.Contains(c, StringComparison.Ordinal)) && key.Any(c => c != '0') && Enumerable.Range(0, 8).All(i => Value(key.AsSpan(5 * i, 5)) <= uint.MaxValue);

    private static ulong Value(ReadOnlySpan<char> five)
    {
        ulong value = 0;
        foreach (var c in five)
            value = (value * 85) + (ulong)Alphabet.IndexOf(c, StringComparison.Ordinal);
        return value;
    }
}
