# @TEST-DOC: A new daemon gets every open request again, accepted ones too; the same daemon after a silence gets those it did not accept.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m note msg < notice.log > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit

module MailScan;

global step2: event();
global step6: event();
global step5: event();
global step3: event();
global step4: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	local i = 0;

	while ( ++i <= 3 )
		ask(test_pending());

	event accepted(our_node, our_incarnation, vector(2), current_time() + 1min);
	# A heartbeat of another epoch alone is not enough: it does not prove that
	# the new daemon hears us.
	event bridge_status(test_status(test_epoch + 1, 200, F));
	event step3();
	}

event step3()
	{
	print "up", up, "down", down;
	show("new epoch seen");
	event bridge_status(test_status(test_epoch + 1, 200, T));
	event step4();
	}

event step4()
	{
	print "up", up, "down", down;
	show("new epoch answered");

	for ( s, p in requests )
		print s, p$r$attempt, p$accepted;

	# An older daemon of the same name does not have us while this one beats.
	event bridge_status(test_status(test_epoch, 200, T));
	schedule 50msec { step5() };
	}

event step5()
	{
	show("older daemon");
	go_down("the test says so", current_time());
	show("down");
	event bridge_status(test_status(test_epoch + 1, 200, T));
	schedule 50msec { step6() };
	}

event step6()
	{
	show("back");

	for ( s, p in requests )
		print s, p$r$attempt, p$accepted;

	terminate();
	}
