# @TEST-DOC: What is done by option: which response, which of NetControl's plugins is asked first, and how long an answer is waited for.
#
# @TEST-EXEC: mkdir none connection first last
# @TEST-EXEC: cd none && MAILSCAN_SPOOL=$PWD/spool zeek -b ../options.zeek MailScan::response_action=none > out
# @TEST-EXEC: cd connection && MAILSCAN_SPOOL=$PWD/spool zeek -b ../options.zeek MailScan::response_action=connection > out
# @TEST-EXEC: cd first && MAILSCAN_SPOOL=$PWD/spool zeek -b ../options.zeek MailScan::response_plugin=T MailScan::response_plugin_priority=10 MailScan::response_wait=100msec > out
# @TEST-EXEC: cd last && MAILSCAN_SPOOL=$PWD/spool zeek -b ../options.zeek MailScan::response_plugin=T MailScan::response_plugin_priority=-10 > out
# @TEST-EXEC: for d in none connection first last; do echo "$d:"; cat $d/out; done > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit
@load mailscan-bridge/response

redef MailScan::response_plugin = F;

event NetControl::init()
	{
	NetControl::activate(NetControl::create_debug(T), 0);
	}

module MailScan;

global step2: event();
global too_late: event();
global no_row: event();
global next_one: event();

event NetControl::init_done()
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	ask(test_pending());
	event verdict(test_verdict(1, "malicious"));

	if ( response_action == "none" )
		event next_one();
	else
		# The wait for an answer is 5 seconds by default.
		schedule ( response_wait < 1sec ? 4sec : 30sec ) { too_late() };
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	if ( zeek_is_terminating() )
		return;

	print rec$status, rec$action, rec?$detail ? rec$detail : "";
	print "asked of the responder", |asked_rules|;
	terminate();
	}

event next_one()
	{
	print "nothing was done", |active_drops|;
	terminate();
	}

# After what is due by now.
event too_late()
	{
	event no_row();
	}

event no_row()
	{
	if ( ! zeek_is_terminating() )
		print "no row came";

	terminate();
	}
