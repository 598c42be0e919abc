# @TEST-DOC: Of a mail that never gets all its answers the bad files are told notice_wait after the first; until then they wait for the others.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::notice_wait=100msec > out
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::notice_wait=1hr >> out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

module MailScan;

global over: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));

	# The mail itself has not ended.
	local p = test_pending();
	p$mail_files = MailFiles($fuid="FM", $open=2);
	p$r$parent_fuid = "FM";
	ask(p);
	event verdict(test_verdict(1, "malicious"));
	schedule ( notice_wait < 1min ? 30sec : 2sec ) { over() };
	}

event over()
	{
	if ( ! zeek_is_terminating() )
		print "no notice yet", |bad_news|;

	terminate();
	}

hook Notice::policy(n: Notice::Info)
	{
	if ( n$note != Malicious_File )
		return;

	print zeek_is_terminating() ? "at the end" : "told", n$msg;
	terminate();
	}
