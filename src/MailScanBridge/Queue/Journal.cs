using MailScanBridge.Intake;
using MailScanBridge.Verdicts;
using Microsoft.Data.Sqlite;

namespace MailScanBridge.Queue;

/// <summary>
/// The SQLite file behind the queue: WAL, synchronous=FULL, so that a commit that returned has reached the disk. One
/// connection, used by one thread at a time (the writer's); reading happens only before the writer starts.
/// </summary>
internal sealed partial class Journal : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? _transaction;

    private Journal(SqliteConnection connection)
    {
        _connection = connection;
        Ledger = new LedgerTable((sql, parameters) => Prepared(sql, parameters));
    }

    /// <summary>What is counted of each node, in the transaction of what it counts.</summary>
    public LedgerTable Ledger { get; }

    /// <summary>Opens or creates the journal; one of an earlier version is brought up to this one.</summary>
    /// <exception cref="SqliteException">The file is not a sound SQLite database, or cannot be opened.</exception>
    /// <exception cref="InvalidDataException">The journal was written by a later version.</exception>
    public static Journal Open(string path, DateTimeOffset now)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        var journal = new Journal(connection);
        try
        {
            connection.Open();
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            journal.Prepare(path, now);
            return journal;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    public SqliteTransaction Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    /// <summary>Every row, in the order of acceptance. A row that cannot be read is handed to <paramref name="damaged"/> and left out.</summary>
    public IEnumerable<JournalRow> ReadAll(Action<long, Exception> damaged)
    {
        using var command = Command("SELECT id, request, state, attempts, received, verdict, logged, node, incarnation, seqno, later FROM requests ORDER BY id");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            JournalRow row;
            try
            {
                row = ReadRow(reader);
            }
            catch (Exception e) when (e is MessagePack.MessagePackSerializationException or InvalidDataException or InvalidCastException or ArgumentException or OverflowException)
            {
                damaged(reader.GetInt64(0), e);
                continue;
            }

            yield return row;
        }
    }

    /// <summary>The verdict of one row; null where it has none.</summary>
    public Verdict? ReadVerdict(long id)
    {
        using var command = Command("SELECT verdict FROM requests WHERE id = $id", ("$id", id));
        return command.ExecuteScalar() is byte[] blob ? JournalFormat.ReadVerdict(blob) : null;
    }

    public void Insert(long id, ScanRequest request, DateTimeOffset received)
    {
        var command = Prepared(
            "INSERT INTO requests (id, node, incarnation, seqno, state, attempts, received, request) VALUES ($id, $node, $incarnation, $seqno, 0, 0, $received, $request)",
            ("$id", id),
            ("$node", request.File.Node),
            ("$incarnation", unchecked((long)request.File.Incarnation)),
            ("$seqno", unchecked((long)request.File.Seqno)),
            ("$received", received.ToUnixTimeMilliseconds()),
            ("$request", JournalFormat.Write(request)));
        command.ExecuteNonQuery();
    }

    public void SetAttempts(long id, int attempts) => Execute("UPDATE requests SET attempts = $value WHERE id = $id", id, attempts);

    /// <summary>Sets the answer, the first or a later one that replaces it: it is neither acknowledged nor in the verdict log yet.</summary>
    /// <param name="id">The row.</param>
    /// <param name="verdict">The answer.</param>
    /// <param name="later">Whether the file is to be scanned later all the same.</param>
    public void SetVerdict(long id, Verdict verdict, bool later = false)
    {
        var command = Prepared(
            "UPDATE requests SET state = 1, verdict = $verdict, logged = 0, later = $later WHERE id = $id",
            ("$id", id),
            ("$verdict", JournalFormat.Write(verdict)),
            ("$later", later ? 1 : 0));
        command.ExecuteNonQuery();
    }

    /// <summary>Notes that a row is done; of its request what is given stays.</summary>
    public void SetDone(long id, ScanRequest request)
    {
        var command = Prepared("UPDATE requests SET state = 3, request = $request WHERE id = $id", ("$id", id), ("$request", JournalFormat.Write(request)));
        command.ExecuteNonQuery();
    }

    /// <summary>Closes an answered row, unless a later verdict has taken the place of the one that was acknowledged. False then.</summary>
    public bool Close(long id, bool later)
    {
        var command = Prepared("UPDATE requests SET state = 2 WHERE id = $id AND state = 1 AND later = $later", ("$id", id), ("$later", later ? 1 : 0));
        return command.ExecuteNonQuery() == 1;
    }

    public void SetLogged(long id) => Execute("UPDATE requests SET logged = $value WHERE id = $id", id, 1);

    public void Remove(long id)
    {
        var command = Prepared("DELETE FROM requests WHERE id = $id", ("$id", id));
        command.ExecuteNonQuery();
    }

    /// <summary>The nodes that are gone for good, and since when.</summary>
    public IReadOnlyList<(NodeLife Node, DateTimeOffset At)> ReadGone()
    {
        var gone = new List<(NodeLife, DateTimeOffset)>();
        using var command = Command("SELECT node, incarnation, at FROM gone");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            gone.Add((new NodeLife(reader.GetString(0), unchecked((ulong)reader.GetInt64(1))), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2))));
        }

        return gone;
    }

    public void InsertGone(NodeLife node, DateTimeOffset at)
    {
        using var command = Command(
            "INSERT OR REPLACE INTO gone (node, incarnation, at) VALUES ($node, $incarnation, $at)",
            ("$node", node.Node),
            ("$incarnation", unchecked((long)node.Incarnation)),
            ("$at", at.ToUnixTimeMilliseconds()));
        command.ExecuteNonQuery();
    }

    public void RemoveGone(NodeLife node)
    {
        using var command = Command(
            "DELETE FROM gone WHERE node = $node AND incarnation = $incarnation", ("$node", node.Node), ("$incarnation", unchecked((long)node.Incarnation)));
        command.ExecuteNonQuery();
    }

    private static JournalRow ReadRow(SqliteDataReader reader)
    {
        var row = new JournalRow(
            reader.GetInt64(0),
            JournalFormat.ReadRequest((byte[])reader[1]),
            (RequestState)Number(2),
            checked((int)Number(3)),
            DateTimeOffset.FromUnixTimeMilliseconds(Number(4)),
            reader.IsDBNull(5) ? null : JournalFormat.ReadVerdict((byte[])reader[5]),
            Number(6) != 0,
            Number(10) != 0);
        var key = new RequestKey(reader.GetString(7), unchecked((ulong)Number(8)), unchecked((ulong)Number(9)));
        if (row.Request.RequestKey != key || !Enum.IsDefined(row.State) || (row.State != RequestState.Accepted && row.Verdict is null))
        {
            throw new InvalidDataException("its columns contradict each other");
        }

        return row;

        // SQLite would read text that is no number as 0.
        long Number(int column) => (long)reader.GetValue(column);
    }

    private void Execute(string sql, long id, object value)
    {
        var command = Prepared(sql, ("$id", id), ("$value", value));
        command.ExecuteNonQuery();
    }

    /// <summary>A command that is kept, so that SQLite compiles it once: for what each request needs. Not to be disposed of, nor used within its own reader.</summary>
    private SqliteCommand Prepared(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            _prepared[sql] = command = Command(sql);
        }

        command.Transaction = _transaction is { Connection: not null } ? _transaction : null;
        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
