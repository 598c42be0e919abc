using System.Globalization;
using MailScanBridge.Unpacking.Passwords;

namespace MailScanBridge.Unpacking;

/// <summary>What came out of one container so far, against its own size.</summary>
internal sealed class ContainerAccount(ScanItem item)
{
    public ScanItem Item { get; } = item;

    public long Output { get; set; }

    /// <summary>True where a part that the container gave before, with the same name and content, is not taken again.</summary>
    public bool SkipsKnown { get; init; }

    /// <summary>The password by which its parts come out; null where none is needed.</summary>
    public string? Password { get; set; }
}

/// <summary>One run of the unpacker: the parts found, the problems met, and what is left of the budget. Used by one thread.</summary>
internal sealed class UnpackSession
{
    // Problems noted of one container.
    private const int MaxProblems = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly List<ScanItem> _items = [];
    private readonly List<UnpackProblem> _problems = [];
    private readonly Dictionary<string, (string Path, string Type)> _filesBySha256 = [];
    private readonly HashSet<(string Sha256, string Type, bool DeclaredMail, bool ShownAsPage)> _opened = [];
    private readonly Queue<ScanItem> _pending = new();
    private readonly string _workDirectory;
    private bool _hasWorkDirectory;

    // Of each container the first of each kind that was one too many to note, in case those that were noted are mended.
    private readonly List<UnpackProblem> _unnoted = [];
    private readonly Dictionary<string, int> _tools = [];
    private long _written;

    public UnpackSession(UnpackBudget budget, PasswordOptions passwords, IReadOnlyList<string> given, string workDirectory, CancellationToken token)
    {
        Budget = budget;
        Passwords = new PasswordFinder(passwords, given, _items);
        Token = token;
        _workDirectory = workDirectory;
    }

    public UnpackBudget Budget { get; }

    public PasswordFinder Passwords { get; }

    /// <summary>Ends when the caller gives up or the time is over.</summary>
    public CancellationToken Token { get; }

    public UnpackResult Result => new(_items, _problems) { Tools = [.. _tools.Select(t => $"{t.Key}: {t.Value} containers opened")] };

    public void Add(ScanItem item)
    {
        _items.Add(item);
        // The same content read the same way twice would give the same parts twice: opened once, all of them are still
        // scanned. What it is taken for decides how it is read, so a mail that came as a text first is opened again as a
        // mail. Breadth comes first, so the one that is opened is the one with most depth left.
        if (_opened.Add((item.Sha256, item.Type, item.IsDeclaredMail, item.IsShownAsPage)))
            _pending.Enqueue(item);
    }

    public bool TryNext(out ScanItem item) => _pending.TryDequeue(out item!);

    /// <summary>Notes a problem. The same one is noted once, and of many in one container the first few: one makes the file unscanned already.</summary>
    /// <param name="container">Where.</param>
    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    /// <param name="detail">One line for people.</param>
    /// <param name="isFinal">True where another reader cannot help.</param>
    public void Problem(ScanItem container, string reason, string detail, bool isFinal = false)
    {
        int noted = 0;
        bool isFirstOfKind = true;
        foreach (UnpackProblem other in _problems)
        {
            if (!ReferenceEquals(other.Item, container))
                continue;
            noted++;
            isFirstOfKind &= other.Reason != reason || other.IsFinal != isFinal;
            if (other.Reason == reason && other.Detail == detail)
                return;
        }

        var problem = new UnpackProblem(container, reason, detail) { IsFinal = isFinal };

        // A limit is always noted: it says why the work ended.
        if (noted < MaxProblems || (reason == Reasons.Limits && noted < 2 * MaxProblems))
            _problems.Add(problem);
        else if (isFirstOfKind && !_unnoted.Exists(p => IsOfKind(p, problem)))
            _unnoted.Add(problem);
    }

    /// <summary>Why something in a container could not be read that another reader might.</summary>
    public IReadOnlyList<string> Unread(ScanItem container) => [.. _problems.Where(p => ReferenceEquals(p.Item, container) && !p.IsFinal).Select(p => p.Reason).Distinct()];

    /// <summary>Another reader took all of a container out: what the readers here do not know is no problem any more. What they found damaged stays
    /// one: that two readers see different things is what an evasion looks like.</summary>
    public void Mended(ScanItem container, IReadOnlyList<string> reasons)
    {
        container.IsOpened |= reasons.Contains(Reasons.Encrypted);
        _problems.RemoveAll(IsMended);
        _problems.AddRange(_unnoted.Where(p => ReferenceEquals(p.Item, container) && !IsMended(p)));
        _unnoted.RemoveAll(p => ReferenceEquals(p.Item, container));

        bool IsMended(UnpackProblem p) => ReferenceEquals(p.Item, container) && !p.IsFinal && p.Reason != Reasons.Damaged && reasons.Contains(p.Reason);
    }

    private static bool IsOfKind(UnpackProblem one, UnpackProblem other) => ReferenceEquals(one.Item, other.Item) && one.Reason == other.Reason && one.IsFinal == other.IsFinal;

    /// <summary>Notes that a program outside was used.</summary>
    public void NoteTool(string name) => _tools[name] = _tools.GetValueOrDefault(name) + 1;

    /// <summary>How many of <paramref name="wanted"/> bytes may be written, and the limit that is reached where it is not all.</summary>
    public (long Allowed, LimitReachedException? Limit) Allow(ContainerAccount container, long partLength, int wanted)
    {
        long allowed = wanted;
        LimitReachedException? limit = null;
        Check(Budget.MaxItemBytes - partLength, $"a part larger than {Budget.MaxItemBytes} bytes (unpacking.max_item)", LimitScope.Part);
        long ratio = Math.Max(Budget.RatioFloor, container.Item.Size * Budget.MaxRatio);
        Check(ratio - container.Output, $"more than {Budget.MaxRatio} times the container's size (unpacking.max_ratio)", LimitScope.Container);
        Check(Budget.MaxTotalBytes - _written, $"more than {Budget.MaxTotalBytes} bytes in all (unpacking.max_total)", LimitScope.Tree);
        container.Output += allowed;
        _written += allowed;
        return (allowed, limit);

        void Check(long left, string name, LimitScope scope)
        {
            if (allowed <= left)
                return;
            allowed = Math.Max(0, left);
            limit = new LimitReachedException(name, scope);
        }
    }

    /// <summary>
    /// Takes one part out: <paramref name="write"/> writes its content. What the content does wrong ends as a problem of the
    /// container, with the part kept as far as it came, since what is bad may stand in front of what is broken.
    /// </summary>
    /// <returns>The CRC-32 and length of what was written where all of it was, else null.</returns>
    public (uint Crc, long Length)? TakeOut(ContainerAccount container, string? name, string? declaredType, string? knownType, Action<Stream> write)
    {
        Token.ThrowIfCancellationRequested();
        if (_items.Count > Budget.MaxItems)
            throw new LimitReachedException($"more than {Budget.MaxItems} parts (unpacking.max_items)", LimitScope.Tree);
        MakeWorkDirectory();
        string path = Path.Combine(_workDirectory, _items.Count.ToString("D4", CultureInfo.InvariantCulture));
        using var part = new PartWriter(this, container, path);
        LimitReachedException? limit = null;
        bool whole = false;
        try
        {
            write(part);
            whole = true;
        }
        catch (LimitReachedException e)
        {
            limit = e;
        }
        catch (Exception e) when (Hostile.Describe(e) is { } hostile)
        {
            Problem(container.Item, hostile.Reason, $"{name ?? "part"}: {hostile.Detail}");
        }

        Register(container, name, declaredType, knownType, path, part.Complete(), part.Length);
        if (limit?.Scope == LimitScope.Part)
            Problem(container.Item, Reasons.Limits, $"{name ?? "part"}: {limit.Message}");
        else if (limit is not null)
            throw limit;
        return whole ? (part.Crc, part.Length) : null;
    }

    private void MakeWorkDirectory()
    {
        if (_hasWorkDirectory)
            return;
        try
        {
            // The one it stands in by itself: parents would get the default mode.
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_workDirectory))!, OwnerOnly);
            Directory.CreateDirectory(_workDirectory, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WorkDirectoryException("cannot make a directory to unpack in", e);
        }

        _hasWorkDirectory = true;
    }

    private void Register(ContainerAccount container, string? name, string? declaredType, string? knownType, string path, string sha256, long length)
    {
        string type;
        if (container.SkipsKnown && _items.Exists(i => ReferenceEquals(i.Parent, container.Item) && i.Sha256 == sha256 && i.Name == name))
        {
            File.Delete(path);
            return;
        }

        if (_filesBySha256.TryGetValue(sha256, out (string Path, string Type) twin))
        {
            File.Delete(path);
            (path, type) = twin;
        }
        else
        {
            type = ContentTypes.DetectFile(path);
            _filesBySha256.Add(sha256, (path, type));
        }

        // Structure outranks looks only where looks say "text" or nothing: the inside of message/rfc822 is a mail even
        // when its first line is odd, but a program in that place is a program.
        if (knownType is not null && (type is ContentTypes.Unknown || type.StartsWith("text/", StringComparison.Ordinal)))
            type = knownType;
        Add(new ScanItem
        {
            Parent = container.Item,
            Name = name,
            DeclaredType = declaredType,
            Type = type,
            Path = path,
            Size = length,
            Sha256 = sha256,
            Password = container.Password,
        });
    }
}
