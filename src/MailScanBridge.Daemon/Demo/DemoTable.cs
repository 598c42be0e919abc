using System.Globalization;
using Spectre.Console;

namespace MailScanBridge.Daemon.Demo;

/// <summary>Prints rows as they come, in columns, coloured where the terminal can.</summary>
internal sealed class DemoTable(IAnsiConsole console)
{
    private readonly int _why = Math.Max(30, console.Profile.Width - 46 - 26 - 11 - 8 - 4);

    public void Header()
    {
        console.MarkupLine($"[bold]{"FILE",-46} {"TYPE",-26} {"VERDICT",-11} {"MS",7}  WHY[/]");
    }

    public void Row(SensorRow row)
    {
        var colour = row.Verdict switch { "malicious" => "red", "suspicious" => "yellow", "clean" => "green", _ => "grey" };
        var verdict = row.Verdict.PadRight(11);
        var ms = row.Latency.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(7);
        var why = row.Reason.Length > 0 && !row.Detail.StartsWith(row.Reason, StringComparison.Ordinal) ? $"{row.Reason}: {row.Detail}" : row.Detail;
        console.MarkupLine(
            $"{Markup.Escape(Fit(Printable.Text(row.Label), 46))} {Markup.Escape(Fit(row.Type, 26))} [{colour}]{Markup.Escape(verdict)}[/] {ms}  {Markup.Escape(Cut(why, _why))}");
    }

    private static string Fit(string text, int width) => Cut(text, width).PadRight(width);

    private static string Cut(string text, int width) => text.Length <= width ? text : string.Concat(text.AsSpan(0, width - 3), "...");
}
