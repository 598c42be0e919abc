# @TEST-DOC: No more publications than the credit are under way; the rest waits and goes out as requests are accepted; over the bound of what may wait, live, files are given up for overload and removed.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail fuid attempts < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit

redef MailScan::max_backlog = 3;

module MailScan;

global step2: event();
global step4: event();
global step3: event();

event zeek_init() &priority=-20
	{
	# Nothing is published before a hello is answered.
	ask(test_pending());
	event bridge_status(test_status(test_epoch, 2, F));
	show("before");
	event bridge_status(test_status(test_epoch, 2, T));
	event step2();
	}

event step2()
	{
	show("answered");

	local i = 0;

	while ( ++i <= 6 )
		ask(test_pending());

	show("asked 7");
	print "files", spool_files();

	# Accepting one frees one place; the same once more frees none, and what is
	# not ours does nothing.
	event accepted(our_node, our_incarnation, vector(1), current_time() + 1min);
	event accepted(our_node, our_incarnation, vector(1), current_time() + 1min);
	event accepted("other", our_incarnation, vector(2), current_time() + 1min);
	event accepted(our_node, our_incarnation - 1, vector(2), current_time() + 1min);
	event step3();
	}

event step3()
	{
	show("accepted 1");

	# A verdict is proof of arrival too.
	event verdict(test_verdict(2, "clean"));
	event verdict(test_verdict(3, "clean"));
	schedule 50msec { step4() };
	}

event step4()
	{
	show("verdicts 2 and 3");
	terminate();
	}
