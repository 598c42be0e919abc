# @TEST-DOC: In a ZeroMQ cluster a worker's verdict has the manager drop the pair, and a later verdict has it let go again; workers drop nothing themselves.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# The manager first: what is wished for before it listens would be lost.
# @TEST-EXEC: btest-bg-run manager "CLUSTER_NODE=manager ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek ../respond.zeek > out"
# @TEST-EXEC: wait-for 60 'grep -q started manager/out'
# @TEST-EXEC: btest-bg-run logger "CLUSTER_NODE=logger ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek ../respond.zeek > out"
# @TEST-EXEC: btest-bg-run daemon "FAKE_HUB=no zeek -b fake-daemon ../daemon.zeek > out"
# @TEST-EXEC: btest-bg-run worker-1 "CLUSTER_NODE=worker-1 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap ../respond.zeek > out"
# @TEST-EXEC: wait-for 60 'test -e daemon/.exitcode && grep -q undone logger/mailscan_response.log'
# @TEST-EXEC: touch seen
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: cat logger/mailscan_response*.log | zeek-cut -m node seqno status action id.orig_h id.resp_h detail | sed "s#^$(hostname)#HOST#" > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: grep -oE '(add|remove)_rule' manager/out > rules
# @TEST-EXEC: btest-diff rules
# @TEST-EXEC: test ! -s worker-1/out

# @TEST-START-FILE dropped.zeek
# The manager tells the daemon, so that it can change its mind.
global dropped: event();
# @TEST-END-FILE

# @TEST-START-FILE respond.zeek
@load test-cluster
@load mailscan-bridge/response
@load ./dropped

redef MailScan::response_unauthenticated = T;
redef MailScan::response_plugin = F;

event NetControl::init()
	{
	if ( Cluster::local_node_type() == Cluster::MANAGER )
		NetControl::activate(NetControl::create_debug(T), 0);
	}

event MailScan::log_mailscan_response(rec: MailScan::ResponseInfo)
	{
	if ( rec$status == "dropped" )
		Cluster::publish("mailscan.request.test%2ebridge.", dropped);
	}
# @TEST-END-FILE

# @TEST-START-FILE daemon.zeek
@load ./dropped

# The others wait, and the worker with them.
global waiting: vector of MailScan::FileRequest;
global bad: MailScan::FileRequest;

hook Daemon::on_request(r: MailScan::FileRequest)
	{
	Daemon::accept(r);

	if ( r?$filename && r$filename == "invoice.com" )
		{
		bad = r;
		local v = Daemon::verdict_for(r);
		v$verdict = "malicious";
		Daemon::answer(v);
		}
	else
		waiting += r;

	break;
	}

event dropped()
	{
	local v = Daemon::verdict_for(bad);
	v$verdict = "clean";
	v$revision = 2;
	Daemon::answer(v);

	for ( _, r in waiting )
		Daemon::answer(Daemon::verdict_for(r));
	}
# @TEST-END-FILE
