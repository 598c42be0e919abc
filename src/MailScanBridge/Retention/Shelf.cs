using MailScanBridge.Telemetry;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Retention;

/// <summary>
/// Ends a file's stay in the store, once its request is closed and never before. At this stage every file is deleted. Safe
/// for concurrent use.
/// </summary>
internal sealed class Shelf(ILogger logger)
{
    /// <summary>Deletes a stored file. True when it is gone; false, with a log line, where the disk refuses.</summary>
    public bool Delete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.DeleteFailed(logger, path, e.Message);
            return false;
        }
    }
}
