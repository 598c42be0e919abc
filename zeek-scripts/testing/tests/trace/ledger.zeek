# @TEST-DOC: The ledger is drawn up when a trace ends, and balances: with verdicts, and with reasons only.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon > out"
# @TEST-EXEC: mkdir with without
# @TEST-EXEC: cd with && within 0 20 sensor $TRACES/six.pcap
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: cd without && within 0 20 sensor $TRACES/six.pcap MailScan::trace_start_wait=1sec
# @TEST-EXEC: (for d in with without; do zeek-cut -m files asked resent accepted answered malicious unscanned clean given_up not_asked reasons open backlog late orphan duplicate unknown bridge_accepted bridge_verdicts bridge_malicious bridge_clean bridge_open bridge_missing balanced < $d/mailscan_ledger.log; done) > ledger
# @TEST-EXEC: btest-diff ledger
