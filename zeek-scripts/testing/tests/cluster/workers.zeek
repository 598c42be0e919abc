# @TEST-DOC: In a ZeroMQ cluster workers ask, answers reach the worker that asked, rows and notices go through the logger; other nodes ask nothing.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# @TEST-EXEC: btest-bg-run manager "CLUSTER_NODE=manager ZEEKPATH=..:$ZEEKPATH MAILSCAN_NODE= zeek ../common.zeek > out"
# @TEST-EXEC: btest-bg-run logger "CLUSTER_NODE=logger ZEEKPATH=..:$ZEEKPATH MAILSCAN_NODE= zeek ../common.zeek > out"
# @TEST-EXEC: btest-bg-run daemon "FAKE_HUB=no zeek -b fake-daemon ../daemon.zeek > out"
# @TEST-EXEC: btest-bg-run worker-1 "CLUSTER_NODE=worker-1 ZEEKPATH=..:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap ../common.zeek > out"
# @TEST-EXEC: btest-bg-run worker-2 "CLUSTER_NODE=worker-2 ZEEKPATH=..:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/two-mails.pcap ../common.zeek > out"
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

# @TEST-START-FILE cluster-layout.zeek
redef Cluster::manager_is_logger = F;

redef Cluster::nodes = {
	["manager"] = [$node_type=Cluster::MANAGER, $ip=127.0.0.1],
	["logger"] = [$node_type=Cluster::LOGGER, $ip=127.0.0.1, $p=to_port(getenv("LOG_PULL_PORT"))],
	["worker-1"] = [$node_type=Cluster::WORKER, $ip=127.0.0.1],
	["worker-2"] = [$node_type=Cluster::WORKER, $ip=127.0.0.1],
};
# @TEST-END-FILE

# @TEST-START-FILE common.zeek
@load frameworks/cluster/backend/zeromq

redef Cluster::Backend::ZeroMQ::listen_xpub_endpoint = fmt("tcp://127.0.0.1:%d", port_to_count(to_port(getenv("XPUB_PORT"))));
redef Cluster::Backend::ZeroMQ::listen_xsub_endpoint = fmt("tcp://127.0.0.1:%d", port_to_count(to_port(getenv("XSUB_PORT"))));
redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint = Cluster::Backend::ZeroMQ::listen_xpub_endpoint;
redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint = Cluster::Backend::ZeroMQ::listen_xsub_endpoint;

@load mailscan-bridge

# A worker on a trace can be gone before the manager has met it, so the end is told by what has arrived: the daemon's last
# good-bye, and all rows. Not before, since the manager is the hub.
event look_for_end()
	{
	if ( file_size("../seen") >= 0.0 )
		terminate();
	else
		schedule 100msec { look_for_end() };
	}

event zeek_init()
	{
	if ( Cluster::local_node_type() == Cluster::MANAGER || Cluster::local_node_type() == Cluster::LOGGER )
		event look_for_end();
	}
# @TEST-END-FILE

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
