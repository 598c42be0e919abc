# @TEST-DOC: The package's NetControl plugin asks the responder over the hub, live, and NetControl hears what became of it; a refusal is a row too; undone, the responder is told. No rule is asked for that never ends or lasts longer than the responder's longest time; what is never answered for is let go of, and so is what is answered for too late.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon ../blocker.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "MAILSCAN_HUB_XPUB=tcp://127.0.0.1:${XPUB_PORT%/tcp} MAILSCAN_HUB_XSUB=tcp://127.0.0.1:${XSUB_PORT%/tcp} MAILSCAN_SPOOL=$PWD/spool zeek -b mailscan-unit ../sensor.zeek > out"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: grep drop daemon/out | sort > asked
# @TEST-EXEC: btest-diff sensor/out
# @TEST-EXEC: btest-diff asked
# @TEST-EXEC: rows status action id.orig_h id.resp_h expire why detail < sensor/mailscan_response.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: rows category cmd state action target entity_type entity msg plugin < sensor/netcontrol.log > netcontrol
# @TEST-EXEC: btest-diff netcontrol

# @TEST-START-FILE sensor.zeek
@load mailscan-bridge/response
redef MailScan::response_unauthenticated = T;

# The responder keeps a rule a little longer than Zeek: 11 minutes for 10.
redef MailScan::response_grace = 1min;
redef MailScan::response_max_time = 2hr;
redef MailScan::response_wait = 2sec;

module MailScan;

global asked_in_vain: string;

global wishes = 0;

function wish(orig: addr, resp: addr)
	{
	hook respond(RespondTo($action="pair", $id=conn_id($orig_h=orig, $orig_p=1/tcp, $resp_h=resp,
	    $resp_p=25/tcp), $uid="C1", $bad_h=orig, $seqno=++wishes, $node=our_node,
	    $incarnation=our_incarnation, $why="test"));
	}

event bridge_up(bridge: string, epoch: count)
	{
	wish(192.0.2.1, 192.0.2.2);
	wish(192.0.2.3, 192.0.2.4);

	print "for ever", NetControl::drop_address(192.0.2.50, 0sec);
	print "backwards", NetControl::drop_address(192.0.2.50, -1min);
	print "for too long", NetControl::drop_address(192.0.2.50, 2hr + 1sec);
	print "for long enough", NetControl::drop_address(192.0.2.51, 2hr) != "";
	asked_in_vain = NetControl::drop_address(192.0.2.52, 1hr);
	}

# Long after the answer was due: the next one for this host is not kept out.
event NetControl::rule_error(r: NetControl::Rule, p: NetControl::PluginState, msg: string) &priority=-10
	{
	if ( r$id != asked_in_vain )
		return;

	print msg;
	print "once more", NetControl::drop_address(192.0.2.52, 30min) != "";
	schedule 1sec { bridge_bye(our_bridge, bridge_epoch, "test over") };
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	if ( rec$status == "dropped" )
		hook withdraw(our_node, our_incarnation, 1, "a later scan says clean");
	}

event bridge_bye(bridge: string, epoch: count, reason: string) &priority=-5
	{
	terminate();
	}
# @TEST-END-FILE

# @TEST-START-FILE blocker.zeek
# Before the daemon listens to hellos: a drop for nobody would be lost.
event zeek_init() &priority=5
	{
	Cluster::subscribe("mailscan.drop.test%2ebridge.");
	}

global unanswered: table[string] of MailScan::Drop;

function tell(node: string, incarnation: count, rule: string, status: string, detail: string)
	{
	Cluster::publish(Daemon::reply_topic(node, incarnation), MailScan::drop_result, node,
	    incarnation, rule, status, detail);
	}

event MailScan::drop(d: MailScan::Drop)
	{
	print fmt("drop %s to %s, both ways %s, for %s: %s", d$src_h, d?$dst_h ? cat(d$dst_h) : "any", d$both_ways, d$expire, d$why);

	if ( d$src_h == 192.0.2.52/32 )
		unanswered[d$rule] = d;
	else if ( d$src_h == 192.0.2.3/32 )
		tell(d$node, d$incarnation, d$rule, "error", "no such luck");
	else
		tell(d$node, d$incarnation, d$rule, "added", "");
	}

event MailScan::undrop(node: string, incarnation: count, rule: string)
	{
	if ( rule !in unanswered )
		{
		print "undrop";
		tell(node, incarnation, rule, "removed", "");
		return;
		}

	print fmt("undrop %s, which nobody answered for", unanswered[rule]$src_h);
	delete unanswered[rule];
	tell(node, incarnation, rule, "added", "too late");
	}
# @TEST-END-FILE
