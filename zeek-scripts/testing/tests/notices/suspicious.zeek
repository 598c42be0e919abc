# @TEST-DOC: A suspicious file raises a notice where notice_on_suspicious says so.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT
# @TEST-EXEC: test ! -e notice.log
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT MailScan::notice_on_suspicious=T
# @TEST-EXEC: zeek-cut -m note msg fuid < notice.log > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit

module MailScan;

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	ask(test_pending());
	event verdict(test_verdict(1, "suspicious"));
	}

event log_mailscan(rec: Info)
	{
	if ( rec$verdict == "suspicious" )
		terminate();
	}
