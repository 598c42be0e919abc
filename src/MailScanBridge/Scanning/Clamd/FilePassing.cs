using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>Sends an open file over a Unix socket (unix(7), SCM_RIGHTS), for which .NET has no call.</summary>
internal static unsafe partial class FilePassing
{
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int BrokenPipe = 32;
    private const int ConnectionReset = 104;
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL

    /// <summary>Sends one byte with the file beside it.</summary>
    /// <exception cref="SocketException">The other side is gone, or takes no files.</exception>
    public static void Send(Socket socket, SafeFileHandle file)
    {
        byte zero = 0;
        var vector = new Vector { Base = &zero, Length = 1 };
        var control = new Control
        {
            Length = (nuint)(sizeof(nuint) + (3 * sizeof(int))), // CMSG_LEN(sizeof(int)): header and number, without the padding
            Level = SolSocket,
            Type = ScmRights,
            File = (int)file.DangerousGetHandle(),
        };
        var message = new Message { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(Control) };
        var sent = SendMessage((int)socket.SafeHandle.DangerousGetHandle(), &message, NoSignal);
        var error = Marshal.GetLastPInvokeError();
        GC.KeepAlive(file);
        GC.KeepAlive(socket);
        if (sent != 1)
        {
            // .NET maps no error numbers here: what the caller tells apart is named.
            throw new SocketException((int)(error switch { BrokenPipe => SocketError.Shutdown, ConnectionReset => SocketError.ConnectionReset, _ => SocketError.SocketError }), $"the file cannot be passed: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private struct Vector
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary><c>struct cmsghdr</c> and one descriptor.</summary>
    private struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int File;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, Message* message, int flags);
}
