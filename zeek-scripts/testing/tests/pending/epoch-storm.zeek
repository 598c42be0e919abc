# @TEST-DOC: However often the daemon's epoch changes, all that is open is sent again no more than once in epoch_gap; the last daemon gets it all when that is over.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::epoch_gap=3sec > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

module MailScan;

global again_at: time;
global storm: event(n: count);
global over: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event storm(0);
	}

event storm(n: count)
	{
	if ( n == 0 )
		{
		ask(test_pending());
		ask(test_pending());
		ask(test_pending());
		event accepted(our_node, our_incarnation, vector(2), current_time() + 1min);
		again_at = current_time();
		}

	if ( n == 100 )
		{
		show("after 100 epochs");
		schedule 20msec { over() };
		return;
		}

	event bridge_status(test_status(test_epoch + n + 1, 200, T));
	event storm(n + 1);
	}

event over()
	{
	# At its end Zeek runs every timer, due or not.
	if ( zeek_is_terminating() )
		return;

	if ( stats$resent <= 3 && current_time() - again_at < 30sec )
		{
		schedule 20msec { over() };
		return;
		}

	show("when the gap is over");
	print current_time() - again_at >= 3sec, bridge_epoch - test_epoch;

	for ( s, p in requests )
		print s, p$r$attempt, p$accepted;

	terminate();
	}
