using System.Globalization;
using Microsoft.Data.Sqlite;

namespace MailScanBridge.Queue;

/// <content>The tables, made where they are missing, and whether they are sound.</content>
internal sealed partial class Journal
{
    private const int SchemaVersion = 2;

    private void Prepare(string path, DateTimeOffset now)
    {
        using var pragmas = Command("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0; PRAGMA integrity_check(1);");
        using (var reader = pragmas.ExecuteReader())
        {
            // One result a pragma that answers: journal_mode, busy_timeout, integrity_check (quick_check would not see an index that contradicts its table).
            var last = "";
            do
            {
                while (reader.Read())
                {
                    last = reader.GetValue(0).ToString()!;
                }
            }
            while (reader.NextResult());

            if (last != "ok")
            {
                throw new SqliteException($"{path}: {last}", 11); // SQLITE_CORRUPT
            }
        }

        using var ask = Command("PRAGMA user_version");
        var version = Convert.ToInt32(ask.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version > SchemaVersion)
        {
            throw new InvalidDataException($"{path}: this journal has version {version}; this daemon knows versions up to {SchemaVersion}. Run the newer daemon, or move the file away to start afresh.");
        }

        using var create = Command(
            $"""
            CREATE TABLE IF NOT EXISTS requests (
                id INTEGER PRIMARY KEY,
                node TEXT NOT NULL,
                incarnation INTEGER NOT NULL,
                seqno INTEGER NOT NULL,
                state INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                received INTEGER NOT NULL,
                request BLOB NOT NULL,
                verdict BLOB,
                logged INTEGER NOT NULL DEFAULT 0,
                later INTEGER NOT NULL DEFAULT 0,
                UNIQUE (node, incarnation, seqno)
            );
            CREATE TABLE IF NOT EXISTS gone (
                node TEXT NOT NULL,
                incarnation INTEGER NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (node, incarnation)
            ) STRICT;
            {LedgerTable.Schema}
            PRAGMA user_version = {SchemaVersion};
            """);
        create.ExecuteNonQuery();
        AddWhatVersion1Lacks();
        foreach (var sql in (string[])
            [
                "SELECT id, node, incarnation, seqno, state, attempts, received, request, verdict, logged, later FROM requests LIMIT 1",
                "SELECT node, incarnation, at FROM gone LIMIT 1",
                .. LedgerTable.Probes,
            ])
        {
            // One at a time: of several in one command, only the first one's errors are told.
            using var probe = Command(sql);
            probe.ExecuteNonQuery();
        }

        Ledger.Begin(now);
    }

    private void AddWhatVersion1Lacks()
    {
        using var ask = Command("SELECT count(*) FROM pragma_table_info('requests') WHERE name = 'later'");
        if ((long)ask.ExecuteScalar()! == 0)
        {
            using var add = Command("ALTER TABLE requests ADD COLUMN later INTEGER NOT NULL DEFAULT 0");
            add.ExecuteNonQuery();
        }
    }
}
