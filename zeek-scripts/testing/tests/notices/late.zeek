# @TEST-DOC: Bad parts of a mail whose verdicts come late, or for an earlier start of this node, are one notice with all their names; a part that is found bad after that is told too, and what comes again is not.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m note msg fuid uid id.orig_h id.resp_h file_desc < notice.log | sort > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit

redef MailScan::notice_wait = 300msec;

module MailScan;

global late: event();
global later: event();

function bad_part(seqno: count): Verdict
	{
	local v = test_verdict(seqno, "malicious");
	v$parent_fuid = "FM";
	v$names = vector(fmt("Bad.%d", seqno));
	return v;
	}

global told = 0;
global more = F;
global begun = current_time();

hook Notice::policy(n: Notice::Info)
	{
	if ( n$note == Malicious_File )
		++told;
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event late();
	}

event late()
	{
	local i = 0;
	local mail = MailFiles($fuid="FM");

	while ( ++i <= 7 )
		{
		local p = test_pending();
		p$r$parent_fuid = "FM";
		p$mail_files = mail;
		++mail$open;
		ask(p);
		give_up(i, "timeout", "by the test", current_time());
		}

	i = 0;

	while ( ++i <= 6 )
		event verdict(bad_part(i));

	while ( --i > 0 )
		{
		local orphan_verdict = bad_part(i);
		orphan_verdict$incarnation = our_incarnation - 1;
		orphan_verdict$parent_fuid = "FN";
		event verdict(orphan_verdict);
		}

	event later();
	}

event later()
	{
	# At its end Zeek runs every timer, due or not.
	if ( zeek_is_terminating() )
		return;

	if ( told == 2 && ! more )
		{
		more = T;
		event verdict(bad_part(7));
		event verdict(bad_part(6));
		event verdict(bad_part(7));
		}

	if ( told == 3 || current_time() - begun > 20sec )
		{
		show("told");
		terminate();
		return;
		}

	schedule 50msec { later() };
	}
