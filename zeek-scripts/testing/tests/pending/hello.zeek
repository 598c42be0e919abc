# @TEST-DOC: Hellos without an answer: while the bridge's heartbeat is heard no more than 5 seconds apart, however long it did not hear us; without it, max_hello_gap.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

module MailScan;

event zeek_init() &priority=-20
	{
	local now = current_time();
	hello_gap = max_hello_gap;
	last_heard = now;

	for ( _, ago in vector(4sec, 6sec) )
		{
		hello_last = now - ago;
		print "beats", hello_due(now);
		}

	last_heard = now - 1min;

	for ( _, long_ago in vector(6sec, max_hello_gap - 1sec, max_hello_gap) )
		{
		hello_last = now - long_ago;
		print "silent", hello_due(now);
		}

	# And it is what the clock goes by.
	last_heard = now;
	hello_last = now - 6sec;
	look_at_clock(now);
	print "said", hello_last == now;
	terminate();
	}
