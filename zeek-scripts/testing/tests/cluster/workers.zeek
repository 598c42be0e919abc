# @TEST-DOC: In a ZeroMQ cluster workers ask, answers reach the worker that asked, rows and notices go through the logger; other nodes ask nothing.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# @TEST-EXEC: btest-bg-run manager "CLUSTER_NODE=manager ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek test-cluster > out"
# @TEST-EXEC: btest-bg-run logger "CLUSTER_NODE=logger ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek test-cluster > out"
# @TEST-EXEC: btest-bg-run daemon "FAKE_HUB=no zeek -b fake-daemon ../daemon.zeek > out"
# @TEST-EXEC: btest-bg-run worker-1 "CLUSTER_NODE=worker-1 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap test-cluster > out"
# @TEST-EXEC: btest-bg-run worker-2 "CLUSTER_NODE=worker-2 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/two-mails.pcap test-cluster > out"
# @TEST-EXEC: wait-for 60 'test -e daemon/.exitcode -a "$(cat logger/mailscan.log | zeek-cut seqno | grep -c .)" -ge 9 -a -s logger/notice.log'
# @TEST-EXEC: touch seen
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: cat logger/mailscan*.log | rows node seqno status verdict kind filename | sed "s#^$(hostname)#HOST#" > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: cat logger/notice*.log | zeek-cut -m note msg > notices
# @TEST-EXEC: btest-diff notices
# The figures of a good-bye are those of both workers so far, so they depend on who ends first.
# @TEST-EXEC: sort daemon/out | sed "s#$(hostname)/#HOST/#; s/ requests=.*//" > asked
# @TEST-EXEC: grep -q 'requests=9 acks=9' daemon/out
# @TEST-EXEC: btest-diff asked

# @TEST-START-FILE daemon.zeek
redef Daemon::leave_after = 2;

global nodes: set[string];

event MailScan::node_hello(h: MailScan::NodeHello)
	{
	if ( h$node in nodes )
		return;

	add nodes[h$node];
	print fmt("hello from %s", h$node);
	}
# @TEST-END-FILE
