# @TEST-DOC: A setting that cannot work is an error at the start that says which and what it may be; while Zeek runs the setting keeps its value, and a warning says so.
#
# @TEST-EXEC: for s in accept_timeout=0sec accept_timeout=-5sec max_answer_wait=-1hr url_timeout=0sec ledger_interval=0sec tick_interval=0sec max_attempts=0 max_attempts=64 bridge_name= response_time=0sec max_credit=0 'smtp_kinds={"parts"}' 'url_sources={"FTP","HTTP"}' max_hello_gap=0sec; do echo "$s"; ! MAILSCAN_BRIDGE= MAILSCAN_SPOOL=$PWD/spool zeek -b -C -r $TRACES/mail.pcap mailscan-unit/requests mailscan-bridge/response MailScan::$s > out 2> err || echo it started; grep -oE 'MailScan::[a-z_]+ (is|has|and) .*' err; done > refused
# @TEST-EXEC: btest-diff refused
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b -C -r $TRACES/mail.pcap mailscan-unit/requests 'MailScan::sources={"smtp"}' 2>&1 > out | grep -o 'MailScan::sources has .*' > sources
# @TEST-EXEC: btest-diff sources
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > kept
# @TEST-EXEC: btest-diff kept

@load mailscan-unit

event reporter_warning(t: time, msg: string, location: string)
	{
	print msg;
	}

event zeek_init() &priority=-20
	{
	Option::set("MailScan::accept_timeout", -1sec);
	Option::set("MailScan::max_attempts", 64);
	Option::set("MailScan::ledger_interval", 0sec);
	Option::set("MailScan::smtp_kinds", set("message", "parts"));
	Option::set("MailScan::url_sources", set("http"));
	Option::set("MailScan::sources", set("SMTP", "POP3"));
	print MailScan::accept_timeout, MailScan::max_attempts, MailScan::ledger_interval;
	print |MailScan::smtp_kinds|, |MailScan::url_sources|, |MailScan::sources|;
	Option::set("MailScan::accept_timeout", 2sec);
	Option::set("MailScan::max_attempts", 30);
	print MailScan::accept_timeout, MailScan::max_attempts;
	terminate();
	}
