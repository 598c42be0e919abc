# @TEST-DOC: Live: no more is under way than max_credit, whatever the daemon grants; no more than max_open requests are without a verdict; of what was given up the last max_remembered are known when their verdict comes late, and no more verdicts for earlier starts, or of later scans, are kept in mind.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

redef MailScan::max_credit = 3;
redef MailScan::max_open = 4;
redef MailScan::max_remembered = 2;

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global step5: event();
global step6: event();
global step7: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	local i = 0;

	while ( ++i <= 6 )
		ask(test_pending());

	show("asked 6, 3 are under way at most");
	event accepted(our_node, our_incarnation, vector(1, 2, 3), current_time() + 1min);
	event step3();
	}

event step3()
	{
	show("accepted 3, 4 are open at most");
	event verdict(test_verdict(1, "clean"));
	event step4();
	}

event step4()
	{
	show("answered 1");
	give_up_all("the test says so", current_time());
	show("given up");

	# Of the four that were published the last two are remembered. What may have been
	# answered or given up is told if it is bad.
	event verdict(test_verdict(2, "clean"));
	event verdict(test_verdict(3, "malicious"));
	event verdict(test_verdict(4, "clean"));
	event step5();
	}

event step5()
	{
	show("late");

	local i = 0;

	while ( ++i <= 20 )
		{
		local orphan_verdict = test_verdict(i, "clean");
		orphan_verdict$incarnation = our_incarnation - 1;
		event verdict(orphan_verdict);
		}

	event step6();
	}

event step6()
	{
	show("orphans");
	print "remembered", |orphans| <= max_remembered;

	for ( _, seqno in vector(2, 3, 4) )
		{
		local later = test_verdict(seqno, "clean");
		later$revision = 2;
		event verdict(later);
		}

	event step7();
	}

event step7()
	{
	print "later scans", stats$rescan, "remembered", |rescanned| <= max_remembered;
	terminate();
	}
