namespace MailScanBridge.Unpacking;

/// <summary>Where a container reader puts what it finds.</summary>
internal sealed class PartSink(UnpackSession session, ScanItem container, bool skipsKnown = false)
{
    private readonly ContainerAccount _account = new(container) { SkipsKnown = skipsKnown };

    public UnpackBudget Budget => session.Budget;

    public CancellationToken Token => session.Token;

    /// <summary>How many parts this container gave.</summary>
    public int Count { get; private set; }

    /// <summary>How many problems this container had.</summary>
    public int Problems { get; private set; }

    /// <summary>All of a container that is read in memory.</summary>
    /// <param name="content">From its start on.</param>
    /// <param name="what">It, in words: a page.</param>
    /// <exception cref="LimitReachedException">It is larger than one part may be.</exception>
    public byte[] Whole(Stream content, string what)
    {
        if (content.Length > Budget.MaxItemBytes)
            throw new LimitReachedException($"{what} larger than {Budget.MaxItemBytes} bytes (unpacking.max_item)", LimitScope.Part);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Passwords to try on this container, the likeliest first.</summary>
    public IReadOnlyList<string> Passwords(bool slow) => session.Passwords.For(container, slow);

    /// <summary>Notes that the container, or the part of that name, stays closed.</summary>
    public void StaysClosed(string? name, int tried, bool slow) => Problem(Reasons.Encrypted, (name is null ? "" : $"{name}: ") + session.Passwords.NoneOf(tried, slow));

    /// <summary>The parts that follow come out by this password; null for parts that needed none.</summary>
    public void Opened(string? password)
    {
        _account.Password = password;
        if (password is not null)
            session.Passwords.NoteOpened(password);
    }

    /// <summary>The subject of the mail that this container is.</summary>
    public void NoteSubject(string? subject) => session.Passwords.NoteSubject(container, subject);

    /// <summary>Takes a part out by having its content written.</summary>
    /// <inheritdoc cref="UnpackSession.TakeOut"/>
    public (uint Crc, long Length)? Write(string? name, string? declaredType, Action<Stream> write, string? knownType = null)
    {
        // Only what holds something is a container: a text at the last depth is not one.
        if (container.Depth >= Budget.MaxDepth)
            throw new LimitReachedException($"containers more than {Budget.MaxDepth} deep (unpacking.max_depth)", LimitScope.Container);
        Count++;
        return session.TakeOut(_account, name, declaredType, knownType, write);
    }

    /// <summary>Takes a part out by reading its content, which is opened only then.</summary>
    /// <inheritdoc cref="UnpackSession.TakeOut"/>
    public (uint Crc, long Length)? Read(string? name, string? declaredType, Func<Stream> open, string? knownType = null) =>
        Write(name, declaredType, target =>
        {
            using Stream content = open();
            content.CopyTo(target, 64 * 1024);
        }, knownType);

    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    /// <param name="detail">One line for people.</param>
    /// <param name="isFinal">True where another reader cannot help, since what is missing is not here.</param>
    public void Problem(string reason, string detail, bool isFinal = false)
    {
        Problems++;
        session.Problem(container, reason, detail, isFinal);
    }
}
