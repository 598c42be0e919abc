using MailScanBridge.Samples.MailPcap;

const string Usage = """
    mail-pcap make-mails DIR
        Writes the sample mails, what is expected of them (expectations.tsv) and a capture of all (all.pcap).
    mail-pcap pcap OUT.pcap [options] MAIL...
        Writes a capture in which each mail travels over SMTP, on a connection of its own.
        --repeat N     send all of them N times, from other addresses and ports each time
        --pipelined    send all of them on one connection, with commands pipelined (RFC 2920)
        --lost MAIL    what follows the end of this mail's file is missing from the capture (a content gap); repeatable
        --cut MAIL     the capture of this mail's connection stops at the end of its file; repeatable
    """;

try
{
    switch (args)
    {
        case ["make-mails", var directory]:
            SampleFiles.Write(directory);
            return 0;
        case ["pcap", var output, .. var rest]:
            if (CaptureOptions.Parse(rest, out string fault) is not { } options)
            {
                Console.Error.WriteLine($"mail-pcap: {fault}");
                return 2;
            }

            using (var target = new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
                MailCapture.Write(target, options);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (IOException e)
{
    Console.Error.WriteLine($"mail-pcap: {e.Message}");
    return 1;
}
