# @TEST-DOC: Requests given up in any order: no more than max_remembered are known when their verdicts come late, the first given up are forgotten first, and a malicious verdict on one of those still has its row.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit

redef MailScan::max_remembered = 3;

module MailScan;

global go: event();
global over: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event go();
	}

event go()
	{
	local i = 0;

	while ( ++i <= 10 )
		ask(test_pending());

	for ( _, s in vector(10, 9, 8, 7, 6, 5, 4, 3, 2, 1) )
		give_up(s, "timeout", "by the test", current_time());

	print "remembered", |given_up|, |remembered|, "forgotten", stats$forgotten;

	# Forgotten, and remembered.
	event verdict(test_verdict(9, "clean"));
	event verdict(test_verdict(8, "malicious"));
	event verdict(test_verdict(2, "clean"));
	event over();
	}

event over()
	{
	print "late", stats$late, "duplicate", stats$duplicate, "remembered", |given_up|;

	# Of millions that were answered nothing is left to look through.
	last_seqno = 20000000;
	print "asked", last_seqno;
	ask(test_pending());
	give_up(last_seqno, "timeout", "by the test", current_time());
	terminate();
	}
