# @TEST-DOC: A slow daemon holds the trace at the cap of open requests; nothing is given up for overload.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b ../slow.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "within 1 40 sensor $TRACES/sixty.pcap ../cap.zeek > out"
# @TEST-EXEC: btest-bg-wait 40
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: zeek-cut -m verdict reason < sensor/mailscan.log | sort | uniq -c > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: btest-diff sensor/out
# @TEST-EXEC: btest-diff daemon/out

# @TEST-START-FILE cap.zeek
redef MailScan::trace_max_open = 10;
redef MailScan::max_backlog = 1;

module MailScan;

global most = 0;

hook MailScan::request_policy(f: fa_file, r: FileRequest)
	{
	if ( |requests| + backlog_size() > most )
		most = |requests| + backlog_size();
	}

event zeek_done()
	{
	# One packet may end several files of one mail.
	print most >= 10 && most <= 13;
	}
# @TEST-END-FILE

# @TEST-START-FILE slow.zeek
@load fake-daemon

redef Daemon::credit = 5;

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
