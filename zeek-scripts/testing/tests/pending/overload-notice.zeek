# @TEST-DOC: Live: one notice when the bridge's overload level reaches low_value_level, one when it is below again, and none for what lies between; a level that flaps is said once, and what has become of it when overload_notice_gap is over.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT
# @TEST-EXEC: zeek-cut -m note msg < notice.log > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit

redef MailScan::overload_notice_gap = 600msec;

module MailScan;

# What the level is, and for how long.
const levels = vector(0, 2, 3, 3, 2, 1, 3, 0, 3, 2);

event end_of_test()
	{
	terminate();
	}

event level_is(level: count)
	{
	local s = test_status(test_epoch, 200, T);
	s$level = level;
	event bridge_status(s);
	}

# Network time has begun.
event begin()
	{
	for ( i, level in levels )
		schedule i * 20msec { level_is(level) };

	# Back to what was said before the time is over: nothing to say.
	schedule 1sec { level_is(3) };
	schedule 1050msec { level_is(0) };

	# And after it: said at once.
	schedule 2sec { level_is(3) };
	schedule 2200msec { end_of_test() };
	}

event zeek_init() &priority=-20
	{
	schedule 10msec { begin() };
	}
