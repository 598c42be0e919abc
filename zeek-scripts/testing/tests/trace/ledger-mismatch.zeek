# @TEST-DOC: Where the bridge has lost a request, the ledger does not balance and a notice names it; where it does not answer, the row comes all the same.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon %INPUT Daemon::leave_after=2 > out"
# @TEST-EXEC: mkdir lost silent
# @TEST-EXEC: cd lost && within 0 20 sensor $TRACES/six.pcap
# @TEST-EXEC: cd silent && within 0 20 sensor $TRACES/six.pcap MailScan::ledger_wait=1sec
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: (for d in lost silent; do zeek-cut -m asked answered open bridge_accepted bridge_missing balanced < $d/mailscan_ledger.log; done) > ledger
# @TEST-EXEC: zeek-cut note msg < lost/notice.log | grep Ledger > notice
# @TEST-EXEC: test ! -e silent/notice.log || ! grep -q Ledger silent/notice.log
# @TEST-EXEC: btest-diff ledger
# @TEST-EXEC: btest-diff notice

@load base/frameworks/cluster

module Daemon;

global asked_of: set[count];

hook on_ledger(b: MailScan::BridgeLedger)
	{
	add asked_of[b$incarnation];

	if ( |asked_of| > 1 )
		break;

	--b$accepted;
	++b$missing;
	b$overdue = 1;
	b$gaps = "3";
	}
