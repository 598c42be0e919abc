# @TEST-DOC: The plugin for those who activate it themselves, and the events by which workers tell the manager: a wish is carried out, what it rests on is withdrawn.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit
@load mailscan-bridge/response

redef MailScan::response_plugin = F;

event NetControl::init()
	{
	NetControl::activate(MailScan::create_responder(), 0);
	}

module MailScan;

event NetControl::init_done()
	{
	event respond_to(RespondTo($action="pair", $id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp,
	    $resp_h=192.0.2.2, $resp_p=25/tcp), $uid="C1", $bad_h=192.0.2.1, $seqno=7,
	    $node="worker", $incarnation=1, $why="test"));
	}

# The responder's part.
event NetControl::rule_new(r: NetControl::Rule)
	{
	event drop_result(our_node, our_incarnation, r$id, "added", "");
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	if ( zeek_is_terminating() )
		return;

	print rec$status, |rec$rules|, |asked_rules|, rec?$detail ? rec$detail : "";

	if ( rec$status == "dropped" )
		{
		event respond_undo("worker", 1, 8, "another's");
		event respond_undo("another", 1, 7, "another's");
		event respond_undo("worker", 2, 7, "another's");
		event respond_undo("worker", 1, 7, "a later scan says clean");
		}
	else
		terminate();
	}
