# @TEST-DOC: A daemon that stops answering while the trace is held: the bound holds once, the rest of the trace is read without it, each file has one row.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "FAKE=idle zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 3 20 sensor $TRACES/sixty.pcap MailScan::trace_end_wait=3sec MailScan::trace_max_open=10"
# @TEST-EXEC: btest-bg-wait 40
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: zeek-cut verdict reason < sensor/mailscan.log | sort | uniq -c | awk '{ print $2, $3, ($1 >= 10) }' > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m note msg sub < sensor/notice.log > notices
# @TEST-EXEC: btest-diff notices
