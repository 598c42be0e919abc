using System.Security.Cryptography;
using System.Text;
using MailScanBridge.Unpacking.Containers;
using MailScanBridge.Unpacking.External;
using MailScanBridge.Unpacking.Passwords;

namespace MailScanBridge.Unpacking;

/// <summary>
/// Takes a file apart into all that is inside it, breadth first, within one budget for the whole tree. Content is hostile:
/// names in it never become paths, sizes it declares are never trusted, and whatever it makes a parser do ends as an
/// <see cref="UnpackProblem"/>. Safe for concurrent use.
/// </summary>
public sealed class Unpacker
{
    private static readonly IContainer[] s_containers =
    [
        new MailContainer(),
        new TnefContainer(),
        new ZipContainer(),
        new SevenZipContainer(),
        new RarContainer(),
        new TarContainer(),
        new CompressedFile(),
        new OleContainer(),
        new PdfContainer(),
        new RtfContainer(),
        new HtmlContainer(),
        new UuContainer(),
        new CalendarContainer(),
        new SignedMail(),
        new XmlContainer(),
        new OneNoteContainer(),
        new IsoContainer(),
        new CabinetContainer(),
        new CpioContainer(),
        new ArContainer(),
        new OldArchiveContainer(),
        new ArchiveBehind(),
        new UnopenedContainer(),
    ];

    private readonly UnpackBudget _budget;
    private readonly TimeProvider _time;
    private readonly PasswordOptions _passwords;
    private readonly IReadOnlyList<IExternalUnpacker> _outside;

    // Mail and TNEF name code pages that .NET knows only after this.
    static Unpacker() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <param name="budget">What one file may cost.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="passwords">Which passwords to try.</param>
    /// <param name="outside">Programs for what is not read here, asked in this order; none by default.</param>
    /// <exception cref="ArgumentException">The budget has faults; the message lists all of them.</exception>
    public Unpacker(UnpackBudget budget, TimeProvider? time = null, PasswordOptions? passwords = null, IReadOnlyList<IExternalUnpacker>? outside = null)
    {
        if (budget.Validate() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join("; ", faults), nameof(budget));
        _budget = budget;
        _time = time ?? TimeProvider.System;
        _passwords = passwords ?? new PasswordOptions();
        _outside = outside ?? [];
    }

    /// <summary>Takes the file apart. The file itself is only read, and is the first item.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="name">The name it was declared under, or null.</param>
    /// <param name="declaredType">
    /// The media type it was declared as, or null. One thing hangs on it: what is declared as a mail is read as one, whatever
    /// else it is too, since Zeek says so only of what was sent as a mail.
    /// </param>
    /// <param name="workDirectory">An empty directory, made with the first part where it is not there, where parts go as 0001, 0002, ... with mode 0600; the caller deletes it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="WorkDirectoryException">A part could not be written.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public UnpackResult Unpack(string path, string? name, string? declaredType, string workDirectory, CancellationToken cancellationToken) =>
        Unpack(path, name, declaredType, workDirectory, [], cancellationToken);

    /// <inheritdoc cref="Unpack(string, string, string, string, CancellationToken)"/>
    /// <param name="path">A regular file.</param>
    /// <param name="name">The name it was declared under, or null.</param>
    /// <param name="declaredType">The media type it was declared as, or null.</param>
    /// <param name="workDirectory">An empty directory, or none yet.</param>
    /// <param name="passwords">Passwords to try first, such as words of a mail that the file came with but is not inside of.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public UnpackResult Unpack(string path, string? name, string? declaredType, string workDirectory, IReadOnlyList<string> passwords, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_budget.MaxTime, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var session = new UnpackSession(_budget, _passwords, passwords, workDirectory, stop.Token);
        ScanItem root = Examine(path, name, declaredType);
        session.Add(root);
        ScanItem current = root;
        try
        {
            while (session.TryNext(out ScanItem item))
            {
                current = item;
                Open(item, session);
                OpenOutside(item, session);
            }
        }
        catch (LimitReachedException e)
        {
            session.Problem(current, Reasons.Limits, e.Message);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            session.Problem(current, Reasons.Limits, $"longer than {_budget.MaxTime.TotalSeconds:0.###} seconds (unpacking.max_time)");
        }

        return session.Result;
    }

    private static void Open(ScanItem item, UnpackSession session)
    {
        using var file = new FileStream(item.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 16 * 1024);
        using var content = new SliceStream(file, 0, file.Length, session.Token);
        foreach (IContainer container in s_containers)
        {
            try
            {
                content.Position = 0;
                if (!container.Opens(item, content))
                    continue;
                content.Position = 0;
                container.Open(item, content, new PartSink(session, item));
            }
            catch (LimitReachedException e) when (e.Scope != LimitScope.Tree)
            {
                session.Problem(item, Reasons.Limits, e.Message);
            }
            catch (Exception e) when (Hostile.Describe(e) is { } hostile)
            {
                session.Problem(item, hostile.Reason, hostile.Detail);
            }
        }
    }

    // What the readers here do not know, or not well, is shown to the programs outside; the first that takes all of it out ends that.
    private void OpenOutside(ScanItem item, UnpackSession session)
    {
        foreach (IExternalUnpacker program in _outside)
        {
            string[] reasons = [.. session.Unread(item).Where(r => program.Takes(item.Type, r))];
            if (reasons.Length == 0)
                continue;
            var parts = new PartSink(session, item, skipsKnown: true);
            try
            {
                session.NoteTool(program.Name);
                (string Reason, string Detail)? problem = program.Unpack(item, parts.Passwords(slow: true), Take, session.Token);
                if (problem is { } p)
                    session.Problem(item, p.Reason, p.Detail);
                else
                {
                    session.Mended(item, reasons);
                    return;
                }
            }
            catch (LimitReachedException e) when (e.Scope != LimitScope.Tree)
            {
                session.Problem(item, Reasons.Limits, e.Message);
                return;
            }
            catch (Exception e) when (Hostile.Describe(e) is { } hostile)
            {
                session.Problem(item, hostile.Reason, hostile.Detail);
            }

            (uint Crc, long Length)? Take(string name, Stream content, string? password)
            {
                parts.Opened(password);
                return parts.Write(name, null, target => content.CopyTo(target, 64 * 1024));
            }
        }
    }

    /// <summary>The file itself as an item, not opened.</summary>
    /// <exception cref="IOException">The file could not be read.</exception>
    internal static ScanItem Examine(string path, string? name, string? declaredType)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        return new ScanItem
        {
            Name = name,
            DeclaredType = declaredType,
            Type = ContentTypes.DetectFile(path),
            Path = Path.GetFullPath(path),
            Size = file.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
        };
    }
}
