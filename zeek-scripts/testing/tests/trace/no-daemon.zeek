# @TEST-DOC: With no daemon the trace is read after trace_start_wait, nothing is extracted, each file has its row no_bridge, and there is one notice.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: within 1 15 sensor $TRACES/mail.pcap MailScan::trace_start_wait=2sec
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows seqno status verdict reason detail kind filename complete < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m note msg sub < notice.log > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: test -z "$(ls spool)"
