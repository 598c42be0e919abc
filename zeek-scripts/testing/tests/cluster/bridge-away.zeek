# @TEST-DOC: In a cluster a bridge that goes away is one notice, and one when it is back, however many workers notice; the credit it grants is divided among them.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# @TEST-EXEC: btest-bg-run manager "CLUSTER_NODE=manager ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek test-cluster > out"
# @TEST-EXEC: wait-for 60 'grep -q started manager/out'
# @TEST-EXEC: btest-bg-run logger "CLUSTER_NODE=logger ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek test-cluster > out"
# @TEST-EXEC: btest-bg-run worker-1 "CLUSTER_NODE=worker-1 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek test-cluster ../worker.zeek > out"
# @TEST-EXEC: btest-bg-run worker-2 "CLUSTER_NODE=worker-2 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek test-cluster ../worker.zeek > out"
# @TEST-EXEC: wait-for 60 'test "$(cat worker-1/out worker-2/out | grep -c down)" = 2'
# @TEST-EXEC: btest-bg-run daemon "FAKE_HUB=no zeek -b fake-daemon > out"
# @TEST-EXEC: wait-for 60 'test -e worker-1/.exitcode -a -e worker-2/.exitcode && grep -q Bridge_Up logger/notice.log'
# @TEST-EXEC: touch seen
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: cat logger/notice*.log | zeek-cut -m note msg > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: cat worker-1/out worker-2/out > workers
# @TEST-EXEC: btest-diff workers

# @TEST-START-FILE worker.zeek
redef MailScan::start_grace = 2sec;
redef MailScan::max_credit_of_all = 40;

module MailScan;

event end_of_test()
	{
	terminate();
	}

event bridge_down(bridge: string, reason: string)
	{
	print "down", reason;
	flush_all();
	}

event bridge_up(bridge: string, epoch: count)
	{
	print "up", "credit", credit;
	flush_all();
	# What was said is on its way.
	schedule 1sec { end_of_test() };
	}
# @TEST-END-FILE
