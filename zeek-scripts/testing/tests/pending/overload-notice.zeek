# @TEST-DOC: Live: one notice when the bridge's overload level reaches low_value_level, one when it is below again, and none for what lies between.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT
# @TEST-EXEC: zeek-cut -m note msg < notice.log > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit

module MailScan;

global end_of_test: event();

event zeek_init() &priority=-20
	{
	for ( _, level in vector(0, 2, 3, 3, 2, 1, 3, 0) )
		{
		local s = test_status(test_epoch, 200, T);
		s$level = level;
		event bridge_status(s);
		}

	schedule 50msec { end_of_test() };
	}

event end_of_test()
	{
	terminate();
	}
