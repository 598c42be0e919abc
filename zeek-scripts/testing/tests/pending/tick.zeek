# @TEST-DOC: Live: the clock is looked at each tick_interval, and not in between.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::tick_interval=20msec > out
# @TEST-EXEC: grep -q '^down' out
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::tick_interval=1hr > out2
# @TEST-EXEC: grep -q '^nobody looked' out2

@load mailscan-unit

redef MailScan::start_grace = 100msec;

module MailScan;

event bridge_down(bridge: string, reason: string)
	{
	# At its end Zeek runs every timer, due or not.
	if ( ! zeek_is_terminating() )
		print "down", reason;

	terminate();
	}

global never_mind: event();

event never_mind()
	{
	if ( ! zeek_is_terminating() )
		print "nobody looked";

	terminate();
	}

event zeek_init()
	{
	schedule ( tick_interval < 1min ? 30sec : 2sec ) { never_mind() };
	}
