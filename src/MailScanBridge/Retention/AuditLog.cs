using System.Buffers;
using System.Text.Json;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Retention;

/// <summary>
/// Who did what to the quarantine, and when: one JSON object a line, ASCII, only ever appended to; mode 0600. It is opened anew for each
/// line, so that it may be rotated by renaming, and never through a link. Safe for concurrent use, by several processes too.
/// </summary>
internal sealed class AuditLog(string path, TimeProvider time, ILogger? logger = null)
{
    /// <summary>Absolute path of the file.</summary>
    public string FilePath => path;

    /// <summary>Appends a line and flushes it to the disk.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="action">What, such as <c>quarantine.delete</c>.</param>
    /// <param name="details">To what; values may be hostile.</param>
    /// <exception cref="IOException">The disk refuses, or what stands there is no file.</exception>
    public void Append(AuditCaller caller, string action, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line)) // Its default encoder writes everything but plain ASCII as \uNNNN.
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("by", caller.Name);
            json.WriteNumber("uid", caller.Uid);
            if (caller.SudoUser is { } sudo)
            {
                json.WriteString("sudo_user", Printable.Text(sudo, 100));
            }

            json.WriteString("action", action);
            foreach (var (name, value) in details)
            {
                json.WriteString(name, Printable.Text(value, 500));
            }

            json.WriteEndObject();
        }

        line.Write("\n"u8);
        var error = LibC.OpenToAppend(path, out var handle);
        using (handle)
        {
            if (error != 0)
            {
                throw new IOException($"{path}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}", error);
            }

            LibC.GiveToOwnerOf(Path.GetDirectoryName(path)!, handle);
            using var file = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            file.Write(line.WrittenSpan);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>As <see cref="Append"/>, for what has happened already: a disk that refuses is logged.</summary>
    public void TryAppend(AuditCaller caller, string action, params ReadOnlySpan<(string Name, string Value)> details)
    {
        try
        {
            Append(caller, action, details);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (logger is not null)
            {
                Log.AuditFailed(logger, action, path, e.Message);
            }
        }
    }
}

/// <summary>Who acts.</summary>
/// <param name="Name"><c>daemon</c> or <c>command</c>.</param>
/// <param name="Uid">The process's effective user.</param>
/// <param name="SudoUser">As sudo says, where it was used: as good as that variable, no proof.</param>
internal sealed record AuditCaller(string Name, uint Uid, string? SudoUser)
{
    public static AuditCaller Daemon => new("daemon", LibC.EffectiveUser, null);

    public static AuditCaller Command(Func<string, string?> environment) => new("command", LibC.EffectiveUser, environment("SUDO_USER"));
}
