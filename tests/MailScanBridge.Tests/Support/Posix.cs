using System.Runtime.InteropServices;
using Xunit;

namespace MailScanBridge.Tests.Support;

/// <summary>What a test needs of Linux and .NET does not offer.</summary>
internal static partial class Posix
{
    private const long SetFsUid = 122; // SYS_setfsuid on x86-64

    public static bool IsRoot => Environment.IsPrivilegedProcess;

    public static void MakeFifo(string path) => Check(MkFifo(path, 0x1a4), path);

    /// <summary>Gives a file to another user; for root only.</summary>
    public static void Own(string path, int user)
    {
        using var chown = System.Diagnostics.Process.Start("chown", [$"{user}", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    public static void HardLink(string from, string to) => Check(LinkCall(from, to), to);

    /// <summary>Runs something with the file permissions of nobody: on a thread of its own, since Linux keeps them by thread.</summary>
    public static T AsNobody<T>(Func<T> work)
    {
        T result = default!;
        var thread = new Thread(() =>
        {
            if (IsRoot)
            {
                _ = Syscall(SetFsUid, 65534);
            }

            result = work();
        });
        thread.Start();
        thread.Join();
        return result;
    }

    private static void Check(int result, string path)
    {
        if (result != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCall(string from, string to);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long argument);
}
