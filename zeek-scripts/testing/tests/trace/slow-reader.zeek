# @TEST-DOC: A Zeek that is slower than the heartbeats while it reads a trace does not take the bridge for dead; it holds the trace to listen.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon Daemon::beat=100msec > out"
# @TEST-EXEC: btest-bg-run sensor "within 3 40 sensor $TRACES/sixty.pcap ../slow.zeek"
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: zeek-cut verdict reason < sensor/mailscan.log | sort | uniq -c > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: test ! -e sensor/notice.log

# @TEST-START-FILE slow.zeek
# Each mail takes 60 ms, spent where nothing can interrupt it.
event file_new(f: fa_file)
	{
	local start = current_time();

	while ( current_time() - start < 20msec )
		start = start;
	}
# @TEST-END-FILE
