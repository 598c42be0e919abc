# @TEST-DOC: A daemon that dies half way through a trace: bounds hold, each file has one row, with a verdict or a reason, and there is one notice.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "sh -c 'zeek -b ../dying.zeek > out || true'"
# @TEST-EXEC: btest-bg-run sensor "within 2 30 sensor $TRACES/sixty.pcap MailScan::trace_end_wait=4sec MailScan::trace_max_open=20 MailScan::accept_timeout=500msec"
# @TEST-EXEC: btest-bg-wait 40
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: zeek-cut verdict reason < sensor/mailscan.log | sort | uniq -c > rows
# @TEST-EXEC: grep -q clean rows && grep -q no_bridge rows
# @TEST-EXEC-FAIL: grep -vE "clean|no_bridge|timeout" rows
# @TEST-EXEC: zeek-cut -m note msg < sensor/notice.log > notices
# @TEST-EXEC: btest-diff notices

# @TEST-START-FILE dying.zeek
@load fake-daemon

hook Daemon::on_request(r: MailScan::FileRequest)
	{
	if ( Daemon::requests == 50 )
		piped_exec(fmt("kill -9 %d", getpid()), "");
	}
# @TEST-END-FILE
