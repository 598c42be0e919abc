# @TEST-DOC: A daemon that accepts and never answers: the wait at the end holds its bound and each file has its row timeout.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "FAKE=no-verdict zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 3 20 sensor $TRACES/mail.pcap MailScan::trace_end_wait=3sec"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: rows seqno status verdict reason detail kind attempts < sensor/mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: btest-diff daemon/out
