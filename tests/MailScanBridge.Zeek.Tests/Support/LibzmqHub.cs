using System.Runtime.InteropServices;
using System.Text;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>
/// A hub of libzmq's own sockets with the options that Zeek sets on its proxy (<c>Z:src/cluster/backend/zeromq/ZeroMQ-Proxy.cc</c>, 8.2.2): XPUB_VERBOSER, XPUB_NODROP, high-water marks of 1,000 messages, and
/// with keys CURVE and a ZAP handler that knows one client key.
/// </summary>
internal sealed partial class LibzmqHub : IDisposable
{
    private const int XPub = 9, XSub = 10, Rep = 4;
    private const int LastEndpoint = 32, CurveServer = 47, CurveSecretKey = 49, XPubNoDrop = 69, XPubVerboser = 78, Linger = 17;
    private readonly nint _context;
    private readonly Thread _proxy;
    private readonly Thread? _zap;

    /// <param name="keys">The hub's public key and the one client key that is let in; null for a hub in the clear.</param>
    /// <param name="serverSecretKey">The hub's secret key, where there are keys.</param>
    public LibzmqHub(ZeekCurveKeys? keys = null, string? serverSecretKey = null)
    {
        MailScanBridge.Tests.Support.Require.That(NativeLibrary.TryLoad("libzmq.so.5", out _), "libzmq is not on this machine (Debian package libzmq5)");
        _context = Checked(Native.ContextNew());
        if (keys is not null)
        {
            // It must answer before the first client comes.
            var zap = Checked(Native.Socket(_context, Rep));
            Checked(Native.Bind(zap, "inproc://zeromq.zap.01"));
            _zap = new Thread(() => Admit(zap, ZeekCurveKeys.Decode(keys.ClientPublicKey))) { IsBackground = true };
            _zap.Start();
        }

        var xPub = Checked(Native.Socket(_context, XPub));
        var xSub = Checked(Native.Socket(_context, XSub));
        Set(xPub, XPubVerboser, 1);
        Set(xPub, XPubNoDrop, 1);
        foreach (var socket in new[] { xPub, xSub })
        {
            Set(socket, Linger, 0);
            if (keys is null)
                continue;
            Set(socket, CurveServer, 1);
            Checked(Native.SetOption(socket, CurveSecretKey, ZeekCurveKeys.Decode(serverSecretKey!), 32));
        }

        XPubEndpoint = Bind(xPub);
        XSubEndpoint = Bind(xSub);
        _proxy = new Thread(() => Forward(xPub, xSub)) { IsBackground = true };
        _proxy.Start();
    }

    public string XPubEndpoint { get; }

    public string XSubEndpoint { get; }

    public void Dispose()
    {
        _ = Native.ContextShutdown(_context);
        _proxy.Join();
        _zap?.Join();
        _ = Native.ContextTerm(_context);
    }

    // Returns when the context ends.
    private static void Forward(nint xPub, nint xSub)
    {
        _ = Native.Proxy(xPub, xSub, 0);
        _ = Native.Close(xPub);
        _ = Native.Close(xSub);
    }

    // ZAP, https://rfc.zeromq.org/spec/27/: version, request, domain, address, identity, mechanism, key; answered by version, request, status, text, user, metadata.
    private static void Admit(nint zap, byte[] clientKey)
    {
        while (true)
        {
            var parts = new List<byte[]>();
            int more;
            do
            {
                var part = new byte[256];
                var length = Native.Receive(zap, part, part.Length, 0);
                if (length < 0)
                {
                    _ = Native.Close(zap);
                    return;
                }

                parts.Add(part[..length]);
                more = 0;
                nint size = sizeof(int);
                Checked(Native.GetOption(zap, 13, ref more, ref size));
            }
            while (more != 0);
            var known = parts.Count == 7 && parts[6].AsSpan().SequenceEqual(clientKey);
            byte[][] answer = ["1.0"u8.ToArray(), parts[1], known ? "200"u8.ToArray() : "400"u8.ToArray(), [], [], []];
            for (var i = 0; i < answer.Length; i++)
                _ = Native.Send(zap, answer[i], answer[i].Length, i < answer.Length - 1 ? 2 : 0);
        }
    }

    private static string Bind(nint socket)
    {
        Checked(Native.Bind(socket, "tcp://127.0.0.1:*"));
        var endpoint = new byte[256];
        nint size = endpoint.Length;
        Checked(Native.GetOptionBytes(socket, LastEndpoint, endpoint, ref size));
        return Encoding.ASCII.GetString(endpoint, 0, (int)size - 1);
    }

    private static void Set(nint socket, int option, int value) => Checked(Native.SetOption(socket, option, BitConverter.GetBytes(value), sizeof(int)));

    private static nint Checked(nint handle) => handle != 0 ? handle : throw new InvalidOperationException("libzmq: " + Marshal.GetLastPInvokeErrorMessage());

    private static void Checked(int result) => Assert.True(result >= 0, "libzmq: " + Marshal.GetLastPInvokeErrorMessage());

    private static partial class Native
    {
        private const string Library = "libzmq.so.5";

        [LibraryImport(Library, EntryPoint = "zmq_ctx_new", SetLastError = true)]
        public static partial nint ContextNew();

        [LibraryImport(Library, EntryPoint = "zmq_ctx_shutdown", SetLastError = true)]
        public static partial int ContextShutdown(nint context);

        [LibraryImport(Library, EntryPoint = "zmq_ctx_term", SetLastError = true)]
        public static partial int ContextTerm(nint context);

        [LibraryImport(Library, EntryPoint = "zmq_socket", SetLastError = true)]
        public static partial nint Socket(nint context, int type);

        [LibraryImport(Library, EntryPoint = "zmq_close", SetLastError = true)]
        public static partial int Close(nint socket);

        [LibraryImport(Library, EntryPoint = "zmq_bind", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Bind(nint socket, string endpoint);

        [LibraryImport(Library, EntryPoint = "zmq_setsockopt", SetLastError = true)]
        public static partial int SetOption(nint socket, int option, byte[] value, nint length);

        [LibraryImport(Library, EntryPoint = "zmq_getsockopt", SetLastError = true)]
        public static partial int GetOption(nint socket, int option, ref int value, ref nint length);

        [LibraryImport(Library, EntryPoint = "zmq_getsockopt", SetLastError = true)]
        public static partial int GetOptionBytes(nint socket, int option, byte[] value, ref nint length);

        [LibraryImport(Library, EntryPoint = "zmq_recv", SetLastError = true)]
        public static partial int Receive(nint socket, byte[] buffer, nint length, int flags);

        [LibraryImport(Library, EntryPoint = "zmq_send", SetLastError = true)]
        public static partial int Send(nint socket, byte[] buffer, nint length, int flags);

        [LibraryImport(Library, EntryPoint = "zmq_proxy", SetLastError = true)]
        public static partial int Proxy(nint frontend, nint backend, nint capture);
    }
}
