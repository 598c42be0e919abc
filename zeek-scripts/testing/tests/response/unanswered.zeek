# @TEST-DOC: A drop that nobody answers for has failed and is over, and a later verdict on the same pair can have it dropped; so it is where nobody answers when a drop is to be let go of. Both hold for the package's own plugin and for another.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT own=T > own
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT own=F > another
# @TEST-EXEC: btest-diff own
# @TEST-EXEC: btest-diff another

@load mailscan-unit
@load mailscan-bridge/response

global own = T &redef;

redef MailScan::response_plugin = F;
redef MailScan::response_time = 1sec;
redef MailScan::response_wait = 300msec;

module MailScan;

# What says nothing of its own accord.
function takes(p: NetControl::PluginState, r: NetControl::Rule): bool
	{
	return T;
	}

function lets_go(p: NetControl::PluginState, r: NetControl::Rule, reason: string): bool
	{
	return T;
	}

function name(p: NetControl::PluginState): string
	{
	return "silent";
	}

global silent = NetControl::PluginState($plugin=NetControl::Plugin($name=name, $can_expire=F,
    $add_rule=takes, $remove_rule=lets_go));

event NetControl::init()
	{
	NetControl::activate(own ? create_responder() : silent, 0);
	}

global wishes = 0;

# The responder answers in the second round only.
event NetControl::rule_new(r: NetControl::Rule)
	{
	if ( wishes != 2 )
		return;

	if ( own )
		event drop_result(our_node, our_incarnation, r$id, "added", "");
	else
		event NetControl::rule_added(r, silent, "");
	}

event wish()
	{
	++wishes;
	event respond_to(RespondTo($action="pair", $id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp,
	    $resp_h=192.0.2.2, $resp_p=25/tcp), $uid="C1", $bad_h=192.0.2.1, $seqno=wishes,
	    $node="worker", $incarnation=1, $why="test"));
	}

event NetControl::init_done()
	{
	event wish();
	}

event end_of_test()
	{
	print "left", |active_drops|, |our_rules|, |asked_rules|, |NetControl::find_rules_addr(192.0.2.1)|;
	terminate();
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	if ( zeek_is_terminating() )
		return;

	print rec$seqno, rec$status, rec?$detail ? rec$detail : "";

	if ( rec$status != "failed" && rec$status != "expired" )
		return;

	if ( wishes < 3 )
		schedule 100msec { wish() };
	else
		schedule 100msec { end_of_test() };
	}
