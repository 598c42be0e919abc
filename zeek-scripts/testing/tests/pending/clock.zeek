# @TEST-DOC: Where the wall clock is stepped back by an hour, hellos, heartbeats and deadlines go on as if it had not been.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

redef MailScan::accept_timeout = 200msec;
redef MailScan::start_grace = 1sec;

module MailScan;

global stepped: event();
global looked: event();
global asked_again: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	schedule 300msec { stepped() };
	}

# As it was before the step: an hour ahead of what the clock says now.
event stepped()
	{
	ask(test_pending());

	for ( _, p in requests )
		{
		p$closed = p$closed + 1hr;
		p$r$sent = p$r$sent + 1hr;
		p$since = p$since + 1hr;
		}

	last_heard = last_heard + 1hr;
	hello_last = hello_last + 1hr;
	last_tick = last_tick + 1hr;
	last_clock = last_clock + 1hr;
	all_sent = all_sent + 1hr;
	waiting_since = waiting_since + 1hr;
	schedule 1900msec { asked_again() };
	}

event asked_again()
	{
	show("the request was sent again, and given up");
	print "up", up;
	schedule 3sec { looked() };
	}

event looked()
	{
	print "no heartbeat came", "up", up, "down", down;
	print "hello was said", hello_last < current_time(), current_time() - hello_last < 5sec;
	terminate();
	}
