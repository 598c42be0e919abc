# @TEST-DOC: A daemon that answers hellos and beats but accepts nothing: the wait at the end holds its bound, each file has its row timeout, requests were sent again, and their files are removed.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "FAKE=idle zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 4 20 sensor $TRACES/mail.pcap MailScan::trace_end_wait=4sec MailScan::accept_timeout=1sec"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: rows seqno status verdict reason detail kind attempts < sensor/mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: btest-diff daemon/out
# @TEST-EXEC: test -z "$(ls sensor/spool)"
