# @TEST-DOC: Catch and release blocks again only what may be dropped, through the fuse, not in a dry run, for no longer than the responder's longest time, with a row each; a verdict on an address that it watches blocks that again; withdrawn, it is watched no longer.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m bad_h seqno status expire detail < mailscan_response.log | sort -s -k1,1 > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m ip action message < netcontrol_catch_release.log | sort > watched
# @TEST-EXEC: btest-diff watched

@load mailscan-unit
@load mailscan-bridge/response-address

redef MailScan::response_plugin = F;
redef MailScan::response_max_time = 15sec;
redef NetControl::catch_release_intervals = vector(500msec, 30sec, 1hr);

# Zeek looks for what has expired this often.
redef table_expire_interval = 50msec;

module MailScan;

event NetControl::init()
	{
	NetControl::activate(create_responder(), 0);
	}

# The responder's part.
event NetControl::rule_new(r: NetControl::Rule)
	{
	event drop_result(our_node, our_incarnation, r$id, "added", "");
	}

event NetControl::rule_timeout(r: NetControl::Rule, i: NetControl::FlowInfo, p: NetControl::PluginState) &priority=-10
	{
	event drop_result(our_node, our_incarnation, r$id, "removed", "");
	}

global wishes = 0;
global expired = 0;

function next_wish(host: addr): RespondTo
	{
	return RespondTo($action="address", $id=conn_id($orig_h=host, $orig_p=1/tcp,
	    $resp_h=192.0.2.200, $resp_p=25/tcp), $uid="C1", $bad_h=host, $seqno=++wishes,
	    $node="worker", $incarnation=1, $why="test");
	}

function wish(host: addr)
	{
	event respond_to(next_wish(host));
	}

event wish_in_dry_run(host: addr)
	{
	hook respond(next_wish(host));
	}

event seen(host: addr)
	{
	NetControl::catch_release_seen(host);
	}

event set_option(name: string, value: any)
	{
	Option::set(name, value);
	}

event NetControl::init_done()
	{
	# Somebody else blocks this one.
	NetControl::drop_address(192.0.2.7, 400msec);

	for ( _, host in vector(192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.7, 192.0.2.6) )
		wish(host);
	}

event end_of_test()
	{
	print "watched", NetControl::get_catch_release_info(192.0.2.1)$num_reblocked,
	    NetControl::get_catch_release_info(192.0.2.2)$num_reblocked,
	    is_watched(192.0.2.1), is_watched(192.0.2.2), is_watched(192.0.2.3),
	    is_watched(192.0.2.4), is_watched(192.0.2.5),
	    is_watched(192.0.2.6), is_watched(192.0.2.7);
	terminate();
	}

event further_verdicts()
	{
	wish(192.0.2.1);
	event seen(192.0.2.6);
	event seen(192.0.2.3);
	event seen(192.0.2.4);
	event seen(192.0.2.5);
	event respond_undo("worker", 1, 1, "a later scan says clean");
	event respond_undo("worker", 1, 10, "a later scan says clean");
	schedule 200msec { end_of_test() };
	}

event seen_again()
	{
	# Watched, and not seen: the next verdict blocks it.
	wish(192.0.2.2);
	event seen(192.0.2.1);
	event seen(192.0.2.7);
	event set_option("MailScan::response_never", set(192.0.2.3/32));
	event seen(192.0.2.3);
	event set_option("MailScan::response_max_per_hour", 1);
	event seen(192.0.2.4);
	event set_option("MailScan::response_max_per_hour", 100);
	event set_option("MailScan::response_dry_run", T);
	event seen(192.0.2.5);
	# One that is watched stays so.
	event wish_in_dry_run(192.0.2.6);
	event set_option("MailScan::response_dry_run", F);
	schedule 200msec { further_verdicts() };
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	if ( rec$status == "expired" && ++expired == 6 )
		event seen_again();
	}
