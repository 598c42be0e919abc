using MailScanBridge.Routing;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads <c>routes</c>: for each type an ordered list of steps.</summary>
internal static class RouteReader
{
    public static IReadOnlyList<Route> Read(ConfigSection root, IReadOnlyList<ScannerConfig> scanners)
    {
        var known = scanners.Select(s => s.Name).ToList();
        var routes = new List<Route>();
        foreach (var section in root.SectionList("routes") ?? [])
        {
            var types = section.TextList("types") ?? [];
            if (types.Count == 0)
            {
                section.Wrong("types", "is required: a list of media types, such as [application/pdf, text/*]");
            }

            foreach (var type in types.Where(t => t.AsSpan(0, Math.Max(0, t.Length - 1)).Contains('*')))
            {
                section.Wrong("types", $"{Printable.Text(type, 60)}: * may stand only at its end, for any rest");
            }

            foreach (var type in types.Where(t => t.Any(char.IsAsciiLetterUpper)))
            {
                section.Wrong("types", $"{Printable.Text(type, 60)}: expected lower case, as types are detected");
            }

            var steps = new List<RouteStep>();
            foreach (var step in section.SectionList("steps") ?? [])
            {
                steps.Add(ReadStep(step, steps, known));
            }

            if (steps.Count == 0)
            {
                section.Wrong("steps", "is required: a list such as [{scanner: content}]");
            }

            var route = new Route(section.Text("name", string.Join(",", types)), types, steps, section.Flag("stop_at_malicious", true), section.Flag("on_request", false));
            CheckAgainst(routes, route, section);
            routes.Add(route);
            section.NothingElse();
        }

        return routes;
    }

    // The first route that names a type is its plan: what an earlier one takes whole never comes to a later one.
    private static void CheckAgainst(List<Route> earlier, Route route, ConfigSection section)
    {
        if (section.Has("name") && earlier.Exists(e => e.Name == route.Name))
        {
            section.Wrong("name", $"there is an earlier route named {Printable.Text(route.Name, 60)}: give each its own name, or join them");
        }

        if (route.OnRequest)
        {
            // Whoever asks for it does so by its name, so no other takes anything from it.
            if (!section.Has("name"))
            {
                section.Wrong("name", "is required where on_request is true: requests ask for the route by it");
            }

            return;
        }

        foreach (var type in route.Types)
        {
            // A pattern with * at its end compares like a type that goes on with it: only one that is as wide takes all of it.
            if (earlier.Find(e => !e.OnRequest && e.PatternFor(type) is not null) is { } first)
            {
                section.Wrong("types", $"{Printable.Text(type, 60)} is never reached: the earlier route \"{Printable.Text(first.Name, 60)}\" takes {Printable.Text(first.PatternFor(type)!, 60)}; put this route in front of it");
            }
        }
    }

    private static RouteStep ReadStep(ConfigSection section, List<RouteStep> earlier, List<string> known)
    {
        var scanner = section.RequiredText("scanner");
        if (scanner.Length > 0 && !known.Contains(scanner))
        {
            section.Wrong("scanner", $"no scanner is named {Printable.Text(scanner, 60)}; there are: {string.Join(", ", known)}");
        }

        var condition = section.Has("only_if_flagged") ? section.Text("only_if_flagged", "") : null;
        if (condition is not null && !earlier.Any(e => e.Scanner == condition))
        {
            section.Wrong("only_if_flagged", $"{Printable.Text(condition, 60)} is no earlier step of this route; there are: {string.Join(", ", earlier.Select(e => e.Scanner))}");
        }

        var backup = section.Has("backup") ? section.RequiredText("backup") : null;
        if (backup is { Length: > 0 } && (!known.Contains(backup) || backup == scanner))
        {
            section.Wrong("backup", $"no other scanner is named {Printable.Text(backup, 60)}; there are: {string.Join(", ", known.Where(k => k != scanner))}");
        }

        var step = new RouteStep(scanner, section.Flag("mandatory", true), condition, backup, section.Has("max_size") ? section.Size("max_size", 1) : null, section.Rate("rate"));
        section.NothingElse();
        return step;
    }
}
