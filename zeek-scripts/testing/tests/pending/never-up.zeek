# @TEST-DOC: Live: with no daemon at all the bridge counts as down after start_grace; what waited is given up and removed. With require_bridge=F it waits on, up to its bound.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: rm mailscan.log && MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::require_bridge=F > out2
# @TEST-EXEC: btest-diff out2
# @TEST-EXEC: rows seqno status verdict reason detail < mailscan.log > rows2
# @TEST-EXEC: btest-diff rows2

@load mailscan-unit

redef MailScan::start_grace = 500msec;
redef MailScan::max_backlog = 2;

module MailScan;

global later: event();

event zeek_init() &priority=-20
	{
	local i = 0;

	while ( ++i <= 3 )
		ask(test_pending());

	show("start");
	schedule 1sec { later() };
	}

event later()
	{
	show("later");
	print "files", spool_files();
	terminate();
	}
