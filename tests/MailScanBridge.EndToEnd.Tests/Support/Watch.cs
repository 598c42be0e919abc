using System.Text.Json;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>Scripts that have a live Zeek tell its figures ten times a second, and publish a number each time, which another Zeek listens to.</summary>
internal sealed class Watch(string directory)
{
    /// <summary>For the Zeek that is watched.</summary>
    public string Sensor { get; } = Write(directory, "watch.zeek", """
        module MailScan;

        global watch_file = open("watch.log");
        global watch_beat: event(n: count);
        global beats = 0;

        event watch()
        	{
        	local n = get_net_stats();
        	print watch_file, fmt("{\"up\":%s,\"files\":%d,\"open\":%d,\"backlog\":%d,\"in_flight\":%d,\"received\":%d,\"dropped\":%d,\"beats\":%d}",
        	    up ? "true" : "false", stats$files, |requests|, backlog_size(), in_flight, n$pkts_recvd, n$pkts_dropped, ++beats);
        	Cluster::publish("mailscan-test.beat.", watch_beat, beats);
        	schedule 100msec { watch() };
        	}

        event zeek_init()
        	{
        	set_buf(watch_file, F);
        	event watch();
        	}
        """);

    /// <summary>For the one that listens: what it heard, and what it missed in between.</summary>
    public string Listener { get; } = Write(directory, "listen.zeek", """
        redef exit_only_after_terminate = T;

        module MailScan;

        global heard_file = open("heard.log");
        global first: count = 0;
        global last: count = 0;
        global lost: count = 0;
        global watch_beat: event(n: count) &is_used;

        event watch_beat(n: count)
        	{
        	if ( first == 0 )
        		first = n;
        	else
        		lost += n - last - 1;

        	last = n;
        	print heard_file, fmt("{\"first\":%d,\"last\":%d,\"lost\":%d}", first, last, lost);
        	}

        event zeek_init()
        	{
        	set_buf(heard_file, F);
        	Cluster::subscribe("mailscan-test.beat.");
        	}
        """);

    /// <summary>What the watched Zeek, which runs in a directory, has told so far; whole lines only.</summary>
    public static IReadOnlyList<WatchRow> Rows(string directory) =>
        [.. Whole(Path.Combine(directory, "watch.log")).Select(l => JsonSerializer.Deserialize<WatchRow>(l, JsonSerializerOptions.Web)!)];

    /// <summary>What the listener has heard last; null before it heard anything.</summary>
    public static HeardRow? Heard(string directory) =>
        Whole(Path.Combine(directory, "heard.log")).Select(l => JsonSerializer.Deserialize<HeardRow>(l, JsonSerializerOptions.Web)).LastOrDefault();

    private static IEnumerable<string> Whole(string path) => File.Exists(path) ? File.ReadAllText(path).Split('\n')[..^1] : [];

    private static string Write(string directory, string name, string text)
    {
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, text + "\n");
        return path;
    }
}

/// <summary>The figures of a live Zeek.</summary>
internal sealed record WatchRow(bool Up, long Files, long Open, long Backlog, long In_Flight, long Received, long Dropped, long Beats);

/// <summary>Numbers heard: from which to which, and how many of them not.</summary>
internal sealed record HeardRow(long First, long Last, long Lost);
