# @TEST-DOC: Of more mails than max_open_news the bad files are told at once, and not together.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

redef MailScan::max_open_news = 1;
redef MailScan::notice_wait = 1hr;

module MailScan;

global over: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));

	for ( i, mail in vector("FM", "FN") )
		{
		local p = test_pending();
		p$r$parent_fuid = mail;
		p$mail_files = MailFiles($fuid=mail, $open=2);
		ask(p);
		event verdict(test_verdict(i + 1, "malicious"));
		}

	schedule 300msec { over() };
	}

event over()
	{
	print "wait", |bad_news|, "told at once", stats$news_at_once;
	terminate();
	}

hook Notice::policy(n: Notice::Info)
	{
	if ( n$note == Malicious_File )
		print zeek_is_terminating() ? "at the end" : "told", n$msg;
	}
