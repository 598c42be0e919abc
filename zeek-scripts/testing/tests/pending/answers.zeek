# @TEST-DOC: Verdicts: first, duplicate, late, late malicious with its notice, orphan, unknown, foreign; each of ours acknowledged each time.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail names fuid < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m note msg fuid < notice.log > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: zeek-cut -m name addl < weird.log > weirds
# @TEST-EXEC: btest-diff weirds

@load mailscan-unit

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global step5: event();

function show_acks()
	{
	local older = our_incarnation - 1 in older_acks ? older_acks[our_incarnation - 1] : vector();
	print "to acknowledge", to_json(acks), to_json(older);
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	local i = 0;

	while ( ++i <= 4 )
		ask(test_pending());

	event accepted(our_node, our_incarnation, vector(1, 2, 3, 4), current_time() + 1min);
	event verdict(test_verdict(1, "malicious"));
	event verdict(test_verdict(1, "malicious"));
	event step3();
	}

event step3()
	{
	show("answered and answered again");
	show_acks();

	# As if their time had run out.
	give_up(2, "timeout", "by the test", current_time());
	give_up(3, "timeout", "by the test", current_time());
	event verdict(test_verdict(2, "clean"));
	event verdict(test_verdict(3, "malicious"));
	event verdict(test_verdict(3, "malicious"));

	local orphan_verdict = test_verdict(3, "malicious");
	orphan_verdict$incarnation = our_incarnation - 1;
	orphan_verdict$sha256 = "other";
	event verdict(orphan_verdict);
	event verdict(copy(orphan_verdict));

	local foreign = test_verdict(4, "malicious");
	foreign$node = "somebody else";
	event verdict(foreign);

	local future = test_verdict(4, "malicious");
	future$incarnation = our_incarnation + 1;
	event verdict(future);

	event verdict(test_verdict(0, "malicious"));
	event verdict(test_verdict(5, "malicious"));

	# A word we do not know is no clean bill.
	event verdict(test_verdict(4, "splendid"));
	event step4();
	}

event step4()
	{
	show("all");
	show_acks();
	schedule 500msec { step5() };
	}

event step5()
	{
	print "all sent", acks_waiting == 0;
	terminate();
	}
