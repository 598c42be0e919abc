using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailScanBridge.Scanning.Commands;

/// <summary>
/// What a tool's answers hang on beside its version: how it is started and read, and how its program and files look. Contents are not
/// read: a file counts as changed with its size or its time, a directory with those of the files in it.
/// </summary>
internal static class ToolFingerprint
{
    private const int MaxEntries = 10_000;

    /// <summary>Eight hexadecimal digits.</summary>
    public static string Of(CommandOptions options)
    {
        var text = new StringBuilder();
        text.AppendJoin('\0', options.Command).Append('\n').AppendJoin('\0', options.VersionCommand ?? []).Append('\n');
        text.AppendJoin('\0', options.Environment.OrderBy(v => v.Key, StringComparer.Ordinal)).Append('\n');
        text.AppendJoin('\0', options.Findings).Append('\n').AppendJoin('\0', options.Failures).Append('\n').AppendJoin(' ', options.SuccessExitCodes.Order()).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"{options.SuccessPattern}\n{options.SuccessJson}\n{options.StandardErrorIsFailure} {options.LooksAtContent} {options.MinSize} {options.MaxSize}\n{options.Limits}\n");
        var programs = new[] { options.Command, options.VersionCommand ?? [] }.Select(c => c.FirstOrDefault()).OfType<string>().Select(CommandScanner.FindProgram).OfType<string>();
        foreach (var path in programs.Concat(options.Files.Values).Concat(options.Read).Distinct().SelectMany(Inside))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Stamp(path)}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..8];
    }

    /// <summary>How a file looks, or what it leads to where it is a link.</summary>
    public static (string Path, DateTime Changed, long Size) Stamp(string path)
    {
        try
        {
            var file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return (Path.GetFullPath(path), file.LastWriteTimeUtc, file.Exists ? file.Length : 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (path, default, -1); // Whoever uses it says why.
        }
    }

    private static IEnumerable<string> Inside(string path)
    {
        try
        {
            return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Take(MaxEntries).Order(StringComparer.Ordinal)] : [path];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [path];
        }
    }
}
