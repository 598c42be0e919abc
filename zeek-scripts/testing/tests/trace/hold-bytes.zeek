# @TEST-DOC: A trace is held while max_open_bytes of files are open; nothing is given up for overload.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b ../slow.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 60 sensor $TRACES/sixty.pcap ../cap.zeek > out"
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: zeek-cut -m verdict reason < sensor/mailscan.log | sort | uniq -c > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: btest-diff sensor/out

# @TEST-START-FILE cap.zeek
redef MailScan::max_open_bytes = 4000;

module MailScan;

global most: count = 0;
global largest: count = 0;
global holds = 0;

hook MailScan::request_policy(f: fa_file, r: FileRequest)
	{
	if ( open_bytes > most )
		most = open_bytes;

	if ( f$seen_bytes > largest )
		largest = f$seen_bytes;
	}

event event_queue_flush_point()
	{
	if ( held && ! starting && ! listening )
		++holds;
	}

event zeek_done()
	{
	# One packet may end several files of one mail.
	print holds > 0, most <= 4000 + 3 * largest;
	print open_bytes, stats$over_bytes;
	}
# @TEST-END-FILE

# @TEST-START-FILE slow.zeek
@load fake-daemon

event late(r: MailScan::FileRequest)
	{
	Daemon::answer(Daemon::verdict_for(r));
	}

hook Daemon::on_request(r: MailScan::FileRequest)
	{
	Daemon::accept(r);
	schedule 50msec { late(r) };
	break;
	}
# @TEST-END-FILE
