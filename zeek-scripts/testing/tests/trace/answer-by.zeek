# @TEST-DOC: Where the daemon's answer-by time comes before the end of the wait, it is what Zeek waits for.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "FAKE=no-verdict zeek -b fake-daemon Daemon::answer_in=1sec > out"
# @TEST-EXEC: btest-bg-run sensor "within 1 15 sensor $TRACES/mail.pcap MailScan::trace_end_wait=40sec"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: rows seqno status verdict reason detail < sensor/mailscan.log > rows
# @TEST-EXEC: btest-diff rows
