# @TEST-DOC: In a ZeroMQ cluster where one worker sees FTP's commands and another the data, the one that asks knows what each file is called and whether it is whole, as where one process sees both.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# @TEST-EXEC: btest-bg-run manager "CLUSTER_NODE=manager ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek test-cluster > out"
# @TEST-EXEC: btest-bg-run logger "CLUSTER_NODE=logger ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= zeek test-cluster > out"
# @TEST-EXEC: btest-bg-run daemon "FAKE_HUB=no zeek -b fake-daemon Daemon::leave_after=2 > out"
# @TEST-EXEC: btest-bg-run worker-2 "CLUSTER_NODE=worker-2 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp-cut.pcap -f 'not port 21 or tcp[13] = 2' test-cluster ../worker.zeek > out"
# @TEST-EXEC: wait-for 60 'grep -q first worker-2/out'
# @TEST-EXEC: btest-bg-run worker-1 "CLUSTER_NODE=worker-1 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_NODE= MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp-cut.pcap -f 'port 21' test-cluster ../worker.zeek > out"
# @TEST-EXEC: wait-for 60 'test -e daemon/.exitcode -a "$(cat logger/mailscan.log | zeek-cut seqno | grep -c .)" -ge 10'
# @TEST-EXEC: touch seen
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: cat logger/mailscan.*log | rows node id.orig_p id.resp_p filename is_orig bytes complete | sed "s#^$(hostname)#HOST#" | sort > rows
# @TEST-EXEC: btest-diff rows

# @TEST-START-FILE worker.zeek
redef MailScan::sources += { "FTP_DATA" };

module MailScan;

# The worker that sees the commands waits for the other one, and that one until it
# was told of all of them, by Zeek and by us.
const transfers = 10;
global waits = T;
global stopped = F;
global told_by_us = 0;

export {
	global told_by_zeek = 0;
	global look: function();
}

# Zeek takes no word of connections to come before its first packet, which is the
# beginning of the commands' connection for both.
event new_connection(c: connection)
	{
	if ( waits && ! stopped )
		{
		suspend_processing();
		print "first packet";
		flush_all();
		}

	stopped = T;
	}

function go_on()
	{
	if ( waits && stopped )
		continue_processing();

	waits = F;
	}

event Cluster::node_up(name: string, id: string) &priority=-10
	{
	if ( Cluster::node == "worker-1" && name == "worker-2" )
		go_on();
	}

function look()
	{
	if ( Cluster::node == "worker-2" && told_by_zeek >= transfers && told_by_us >= transfers )
		go_on();
	}

event ftp_asked(resp_h: addr, resp_p: port, transfer: FtpTransfer) &priority=-10
	{
	++told_by_us;
	look();
	}

module FTP;

event sync_add_expected_data(s: Info, chan: ExpectedDataChannel)
	{
	++MailScan::told_by_zeek;
	MailScan::look();
	}
# @TEST-END-FILE
