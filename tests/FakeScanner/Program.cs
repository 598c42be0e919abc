// A tool that misbehaves as told, for the tests of the command scanner. First argument: how. Second: its parameter, or the sample.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

var how = args.Length > 0 ? args[0] : "";
var what = args.Length > 1 ? args[1] : "";
switch (how)
{
    case "exit":
        return int.Parse(what, CultureInfo.InvariantCulture);
    case "print":
        Console.Out.Write(what.Replace("\\n", "\n", StringComparison.Ordinal));
        return 0;
    case "print-error":
        Console.Error.WriteLine(what);
        return 0;
    case "hang":
        Thread.Sleep(Timeout.Infinite);
        return 0;
    case "ignore-signals":
        using (Ignore(PosixSignal.SIGTERM))
        using (Ignore(PosixSignal.SIGINT))
        using (Ignore(PosixSignal.SIGHUP))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        return 0;
    case "tree":
        // A child that hangs, as a shell that waits for its tool would: both must go.
        using (var child = Start("/bin/sleep", what))
        {
            child.WaitForExit();
        }

        return 0;
    case "orphan":
        // A child that holds the inherited pipes and outlives its parent, which ends in order.
        Start("/bin/sleep", what).Dispose();
        Console.Out.WriteLine("done");
        return 0;
    case "daemon":
        // A grandchild in a session of its own that no longer has a parent: out of reach for whoever kills a tree of processes.
        using (var shell = Start("/bin/sh", "-c", $"setsid sh -c 'setsid sleep {what} >/dev/null 2>&1 </dev/null &' &"))
        {
            shell.WaitForExit();
        }

        Thread.Sleep(Timeout.Infinite);
        return 0;
    case "connect":
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp))
        {
            var endpoint = System.Net.IPEndPoint.Parse(what);
            socket.Connect(endpoint);
            Console.Out.WriteLine("found Connected");
        }

        return 0;
    case "environment":
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            Console.Out.WriteLine($"found {variable.Key}");
        }

        return 0;
    case "spin":
        while (true)
        {
        }

    case "flood":
        Flood(Console.OpenStandardOutput());
        return 0;
    case "flood-error":
        Flood(Console.OpenStandardError());
        return 0;
    case "garbage":
        var bytes = new byte[4096];
        new Random(1).NextBytes(bytes);
        Console.OpenStandardOutput().Write(bytes);
        return 0;
    case "drip":
        while (true)
        {
            Console.Out.Write('.');
            Console.Out.Flush();
            Thread.Sleep(20);
        }

    case "crash":
        Environment.FailFast("as told");
        return 0;
    default:
        Console.Error.WriteLine($"FakeScanner: no behaviour is named {how}");
        return 64;
}

static Process Start(string program, params string[] arguments) =>
    Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;

static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context => context.Cancel = true);

static void Flood(Stream stream)
{
    var line = new byte[64 * 1024];
    line.AsSpan().Fill((byte)'A');
    while (true)
    {
        stream.Write(line);
    }
}
