using MailScanBridge.Intake;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>
/// Who could put something else in a path's place: a program that everybody may write, or that lies below a directory of another user's, is
/// run with what the daemon may do, a socket of another user's says clean when that one wants it to, and so does a hub whose key is of another's choice.
/// </summary>
internal static class PathTrust
{
    // A chain of more links than this is what Linux refuses too.
    private const int MaxLinks = 40;
    private const int OthersWrite = 0x2;
    private const int Sticky = 0x200;

    // Accounts below this are the system's (SYS_UID_MAX of login.defs): clamd's socket belongs to one.
    private const uint FirstPerson = 1000;

    /// <summary>Why a program, a rule file or a list is not to be trusted; null where it is, or where it does not exist.</summary>
    public static string? OfFile(string path) => Walk(path, uid => uid == 0 || uid == LibC.EffectiveUser, "root or the daemon's own user");

    /// <summary>The same of a socket, which may belong to any account of the system's.</summary>
    public static string? OfSocket(string path) => OfSystem(path);

    /// <summary>The same of a file with a key of the hub's, which may belong to Zeek's account: whoever can exchange it decides who the hub is.</summary>
    public static string? OfKey(string path) => OfSystem(path);

    private static string? OfSystem(string path) => Walk(path, uid => uid < FirstPerson || uid == LibC.EffectiveUser, "root, a system account or the daemon's own user");

    /// <summary>Looks at each directory from the root down, at each link on the way, and at what is at the end.</summary>
    private static string? Walk(string path, Func<uint, bool> isTrusted, string trusted)
    {
        var pending = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var at = "/";
        for (var links = 0; ;)
        {
            if (LibC.StatNoFollow(at, out var status) != 0)
            {
                return null; // What is not there is told by who looks for it.
            }

            if (!isTrusted(status.Uid))
            {
                return $"{Printable.Text(at)} belongs to user {status.Uid}, not to {trusted}";
            }

            var isLink = (status.Mode & 0xf000) == 0xa000;
            var isSocket = (status.Mode & 0xf000) == 0xc000; // Whoever may connect may not thereby answer.
            if (!isLink && !isSocket && (status.Mode & OthersWrite) != 0 && !(status.IsDirectory && (status.Mode & Sticky) != 0))
            {
                return $"everybody may write to {Printable.Text(at)}";
            }

            if (isLink)
            {
                if (++links > MaxLinks || new FileInfo(at).LinkTarget is not { } target)
                {
                    return $"{Printable.Text(at)} is a link without an end";
                }

                foreach (var part in Path.GetFullPath(target, Path.GetDirectoryName(at)!).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    pending.Push(part);
                }

                at = "/";
                continue;
            }

            if (!pending.TryPop(out var next))
            {
                return null;
            }

            at = Path.Combine(at, next);
        }
    }
}
