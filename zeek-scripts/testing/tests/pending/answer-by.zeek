# @TEST-DOC: A verdict that does not come by the time the daemon gave: the first row is a timeout, whatever comes later is late. An answer-by time beyond max_answer_wait is not waited for.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit

redef MailScan::max_answer_wait = 5sec;

module MailScan;

global deadline = current_time() + 30sec;
global step2: event();
global step3: event();
global step4: event();
global step5: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	ask(test_pending());
	ask(test_pending());
	event accepted(our_node, our_incarnation, vector(1), current_time() + 300msec);
	event accepted(our_node, our_incarnation, vector(2), current_time() + 1day);
	event step3();
	}

# When so many requests are open, or never.
function not_yet(open: count): bool
	{
	return |requests| > open && current_time() < deadline;
	}

event step3()
	{
	if ( not_yet(1) )
		{
		schedule 50msec { step3() };
		return;
		}

	show("first is over");
	event step4();
	}

event step4()
	{
	if ( not_yet(0) )
		{
		schedule 50msec { step4() };
		return;
		}

	show("both are over");
	event verdict(test_verdict(1, "clean"));
	schedule 50msec { step5() };
	}

event step5()
	{
	show("late");
	print "files are the daemon's", spool_files();
	terminate();
	}
