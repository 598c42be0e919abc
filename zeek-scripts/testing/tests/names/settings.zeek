# @TEST-DOC: Names, the spool and the hub: by option, by environment, which wins, and by default; topics are made of them so that no name can reach another's.
#
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
#
# @TEST-EXEC: mkdir options environment defaults
# @TEST-EXEC: MAILSCAN_BRIDGE= MAILSCAN_NODE= MAILSCAN_HUB_XPUB= MAILSCAN_SPOOL= zeek -b no-hub.zeek %INPUT MailScan::bridge_name=mail.one MailScan::node_name=a/b MailScan::spool_dir=$PWD/options/made/ > options/out
# @TEST-EXEC: test -d options/made
# @TEST-EXEC: MAILSCAN_BRIDGE=mail.two MAILSCAN_NODE=c/d MAILSCAN_HUB_XPUB=none MAILSCAN_SPOOL=$PWD/environment/made zeek -b %INPUT MailScan::bridge_name=mail.one MailScan::node_name=a/b MailScan::spool_dir=$PWD/environment/other > environment/out
# @TEST-EXEC: test -d environment/made -a ! -e environment/other
# @TEST-EXEC: MAILSCAN_BRIDGE= MAILSCAN_NODE= MAILSCAN_HUB_XPUB= MAILSCAN_SPOOL=$PWD/defaults/made zeek -b %INPUT > defaults/out
# @TEST-EXEC: for d in options environment defaults; do echo "$d:"; sed "s#$PWD/##; s#$(hostname)#HOST#g; s#$(hostname | sed 's/\./%2e/g')#HOST#g" $d/out; done > out
# @TEST-EXEC: btest-diff out
#
# A spool must be the same wherever Zeek was started.
# @TEST-EXEC-FAIL: MAILSCAN_SPOOL= zeek -b %INPUT MailScan::spool_dir=made > refused 2>&1
# @TEST-EXEC: grep -q 'MailScan::spool_dir must be an absolute path: made' refused
#
# The hub is set up while scripts are read: whoever says too late that there is none hears of it.
# @TEST-EXEC-FAIL: MAILSCAN_SPOOL=$PWD/spool MAILSCAN_HUB_XPUB= zeek -b %INPUT MailScan::use_hub=F > late 2>&1
# @TEST-EXEC: grep -q 'MailScan::use_hub=F comes too late' late

# @TEST-START-FILE no-hub.zeek
@load mailscan-bridge/options
redef MailScan::use_hub = F;
# @TEST-END-FILE

@load mailscan-bridge

module MailScan;

event zeek_init() &priority=-20
	{
	print "bridge", our_bridge;
	print "node", our_node;
	print "spool", our_spool;
	print "topics", request_topic, bridge_topic, reply_topic;
	print "backend", Cluster::backend;

	if ( getenv("MAILSCAN_NODE") != "" )
		print "escaped", escape_topic("a.b/c%d_e-f"), escape_topic("\xc3\x9c\x00"), escape_topic("");

	terminate();
	}
