# @TEST-DOC: The package's counters are Zeek metrics.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/six.pcap ../print.zeek > out"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: sort sensor/out > metrics
# @TEST-EXEC: btest-diff metrics

# @TEST-START-FILE print.zeek
event zeek_done() &priority=-20
	{
	for ( _, m in Telemetry::collect_metrics("zeek", "mailscan_*") )
		print fmt("%s%s %s", m$opts$name, m$label_values, m$value);
	}
# @TEST-END-FILE
