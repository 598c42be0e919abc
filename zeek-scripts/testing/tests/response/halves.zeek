# @TEST-DOC: Where one half of a pair is refused, the other does not stay in force, although it is not made yet when the refusal comes.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT | grep -v '^netcontrol debug' > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m cmd state entity msg < netcontrol.log | grep -v '^-.*plugin' > netcontrol
# @TEST-EXEC: btest-diff netcontrol

@load mailscan-unit
@load mailscan-bridge/response

redef MailScan::response_plugin = F;

event NetControl::init()
	{
	NetControl::activate(NetControl::create_debug(T), 0);
	}

# A site's own.
hook NetControl::rule_policy(r: NetControl::Rule)
	{
	if ( r$entity$flow$src_h == 192.0.2.2/32 )
		break;
	}

module MailScan;

global look: event();

event NetControl::init_done()
	{
	event respond_to(RespondTo($action="pair", $id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp,
	    $resp_h=192.0.2.2, $resp_p=25/tcp), $uid="C1", $bad_h=192.0.2.1, $seqno=7,
	    $node="worker", $incarnation=1, $why="test"));
	schedule 200msec { look() };
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	print rec$status, rec?$detail ? rec$detail : "";
	}

event look()
	{
	print "left", |active_drops|, |our_rules|, |NetControl::find_rules_addr(192.0.2.1)|;
	terminate();
	}
