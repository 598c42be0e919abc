# @TEST-DOC: A daemon that hosts the hub and answers nothing is no daemon.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "FAKE=mute zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 1 15 sensor $TRACES/mail.pcap MailScan::trace_start_wait=2sec"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: rows seqno status verdict reason detail kind < sensor/mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: btest-diff daemon/out
