using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Verdicts;

/// <summary>
/// An append-only file with one JSON object a verdict, beside Zeek's own logs: what the daemon said stands here even where
/// Zeek is gone. A line is flushed to the disk before the journal notes it as logged, so that a verdict stands here once,
/// whatever happens in between. Safe for concurrent use.
/// </summary>
public sealed class VerdictLog : IAsyncDisposable
{
    /// <summary>How far back from the end the lines are searched, at start, for verdicts that the journal does not know as logged.</summary>
    private const int SearchBack = 64 * 1024 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly Channel<(FileRequest Request, Verdict Verdict)> _lines = Channel.CreateUnbounded<(FileRequest, Verdict)>();
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Func<RequestKey, int, Task> _logged;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <param name="path">Absolute path; created with mode 0600 where it is missing.</param>
    /// <param name="time">For the line's own time.</param>
    /// <param name="logged">Told key and revision of each line that has reached the disk.</param>
    /// <param name="logger">Told when the disk refuses a line.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public VerdictLog(string path, TimeProvider time, Func<RequestKey, int, Task> logged, ILogger logger)
    {
        _path = path;
        _time = time;
        _logged = logged;
        _logger = logger;
        Open().Dispose();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Absolute path of the file.</summary>
    public string FilePath => _path;

    /// <summary>Appends a verdict, soon.</summary>
    public void Append(FileRequest request, Verdict verdict) => _lines.Writer.TryWrite((request, verdict));

    /// <summary>
    /// Of the given keys, each with a revision, those whose line is in the file already: a crash came between the line and the journal's note.
    /// Searches the file's last 64 MiB, since lines of a crash are at its end, and as much of the one that it was renamed to when it was last
    /// rotated (<c>verdicts.json.1</c>, <c>verdicts.json-20260102</c>; not one that is compressed already).
    /// </summary>
    public static HashSet<(RequestKey Key, int Revision)> FindLogged(string path, IReadOnlyCollection<(RequestKey Key, int Revision)> keys)
    {
        var found = new HashSet<(RequestKey, int)>();
        if (keys.Count == 0)
        {
            return found;
        }

        var wanted = keys.ToHashSet();
        var rotated = new DirectoryInfo(Path.GetDirectoryName(path)!).EnumerateFiles(Path.GetFileName(path) + "*")
            .Where(f => f.Name[Path.GetFileName(path).Length..] is [('.' or '-'), .. [.., >= '0' and <= '9']])
            .MaxBy(f => f.LastWriteTimeUtc);
        foreach (var file in ((string?[])[path, rotated?.FullName]).Where(File.Exists))
        {
            Find(file!, wanted, found);
        }

        return found;
    }

    private static void Find(string path, HashSet<(RequestKey Key, int Revision)> wanted, HashSet<(RequestKey Key, int Revision)> found)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(file.Length, SearchBack), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (TryReadKey(line) is { } key && wanted.Contains(key))
            {
                found.Add(key);
            }
        }
    }

    /// <summary>Writes what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _loop;
    }

    private async Task RunAsync()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var keys = new List<(RequestKey Key, int Revision)>();
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (keys.Count < 512 && _lines.Reader.TryRead(out var line))
            {
                VerdictJson.WriteLine(buffer, line.Request, line.Verdict, _time.GetUtcNow());
                keys.Add((line.Request.RequestKey, Math.Max(1, line.Verdict.Revision)));
            }

            if (await InsistAsync(buffer.WrittenMemory, keys.Count))
            {
                await MarkAsync(keys);
            }

            buffer.Clear();
            keys.Clear();
        }
    }

    /// <summary>Writes until the disk takes it, or until the daemon stops: then the journal keeps these as not logged, for the next start.</summary>
    private async Task<bool> InsistAsync(ReadOnlyMemory<byte> lines, int count)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                await WriteAllAsync(lines);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (!told)
                {
                    Log.VerdictLogFailed(_logger, _path, count, e.Message);
                }
            }

            if (_lines.Reader.Completion.IsCompleted || _stopping.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(RetryAfter, _time, _stopping.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task MarkAsync(List<(RequestKey Key, int Revision)> keys)
    {
        try
        {
            await Task.WhenAll(keys.Select(k => _logged(k.Key, k.Revision)));
        }
        catch (Exception e) when (e is ObjectDisposedException or Microsoft.Data.Sqlite.SqliteException)
        {
            // The lines stand; at the next start they are found in the file, and not written again.
            Log.VerdictLogFailed(_logger, _path, keys.Count, e.Message);
        }
    }

    /// <summary>
    /// All lines reach the disk or none: a full disk may have taken some. The file is opened anew each time, so that it may be
    /// rotated by renaming; half a line that a crash left is ended, so that it spoils no other.
    /// </summary>
    private async Task WriteAllAsync(ReadOnlyMemory<byte> lines)
    {
        await using var file = Open();
        var end = file.Length;
        var torn = false;
        if (end > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            torn = file.ReadByte() != '\n';
        }

        file.Seek(0, SeekOrigin.End);
        try
        {
            if (torn)
            {
                file.WriteByte((byte)'\n');
            }

            await file.WriteAsync(lines);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            file.SetLength(end);
            throw;
        }
    }

    private FileStream Open() => new(_path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private static (RequestKey Key, int Revision)? TryReadKey(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var key = new RequestKey(root.GetProperty("node").GetString()!, root.GetProperty("incarnation").GetUInt64(), root.GetProperty("seqno").GetUInt64());
            return (key, root.TryGetProperty("revision", out var revision) ? revision.GetInt32() : 1);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null; // The first line of the window, or one torn by a crash: no key stands there.
        }
    }
}
