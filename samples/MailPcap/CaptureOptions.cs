using System.Globalization;

namespace MailScanBridge.Samples.MailPcap;

/// <summary>What to put into a capture.</summary>
internal sealed record CaptureOptions
{
    /// <summary>Mails in order.</summary>
    public required IReadOnlyList<CapturedMail> Mails { get; init; }

    /// <summary>How many times to send all of them. Default 1.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>All mails on one connection.</summary>
    public bool Pipelined { get; init; }

    public static CaptureOptions? Parse(string[] args, out string fault)
    {
        var files = new List<string>();
        var lost = new HashSet<string>();
        var cut = new HashSet<string>();
        int repeat = 1;
        bool pipelined = false;
        fault = "";
        for (int i = 0; i < args.Length; i++)
        {
            bool hasValue = i + 1 < args.Length;
            switch (args[i])
            {
                case "--repeat" when hasValue && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out repeat) && repeat > 0:
                    i++;
                    break;
                case "--lost" when hasValue:
                    lost.Add(args[++i]);
                    break;
                case "--cut" when hasValue:
                    cut.Add(args[++i]);
                    break;
                case "--pipelined":
                    pipelined = true;
                    break;
                case ['-', ..]:
                    fault = $"{args[i]}: unknown option, or its value is missing or wrong";
                    return null;
                default:
                    files.Add(args[i]);
                    break;
            }
        }

        files.AddRange(lost.Concat(cut).Except(files));
        if (files.Count == 0)
        {
            fault = "no mail to send";
            return null;
        }

        return new CaptureOptions
        {
            Repeat = repeat,
            Pipelined = pipelined,
            Mails = [.. files.Select(f => new CapturedMail(File.ReadAllBytes(f), lost.Contains(f) ? MailEnd.Lost : cut.Contains(f) ? MailEnd.Cut : MailEnd.Whole))],
        };
    }
}

/// <summary>One mail and how its transfer ends in the capture.</summary>
internal sealed record CapturedMail(byte[] Content, MailEnd End);

internal enum MailEnd
{
    /// <summary>The mail arrives, dot and all.</summary>
    Whole,

    /// <summary>Segments after the file's last byte are missing: a content gap, after which the transfer ends normally.</summary>
    Lost,

    /// <summary>Nothing follows the file's last byte.</summary>
    Cut,
}
