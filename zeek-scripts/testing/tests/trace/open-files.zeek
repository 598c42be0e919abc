# @TEST-DOC: Files still open at a trace's end are ended and asked about; by option they are not, and get their row when Zeek ends.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon Daemon::leave_after=2 > out"
# @TEST-EXEC: mkdir with without
# @TEST-EXEC: cd with && within 0 20 sensor $TRACES/open.pcap
# @TEST-EXEC: cd without && within 0 20 sensor $TRACES/open.pcap MailScan::trace_flush_open_files=F
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: one-row-each with && one-row-each without
# @TEST-EXEC: (for d in with without; do echo $d; rows seqno verdict reason detail kind filename complete bytes < $d/mailscan.log; done) > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: btest-diff daemon/out
