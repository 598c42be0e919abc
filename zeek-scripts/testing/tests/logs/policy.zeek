# @TEST-DOC: Each of the package's logs has a hook that filters its rows, and each row but the ledger's an event, for those who write no log.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: (zeek-cut seqno verdict < mailscan.log; zeek-cut seqno verdict < mailscan_url.log; zeek-cut seqno status < mailscan_response.log) > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: test ! -e mailscan_ledger.log
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT Test::hide=F > /dev/null
# @TEST-EXEC: for log in mailscan mailscan_url mailscan_response; do test $(zeek-cut seqno < $log.log | wc -l) = 2 || exit 1; done
# @TEST-EXEC: test $(zeek-cut node < mailscan_ledger.log | wc -l) = 1

@load mailscan-unit
@load mailscan-bridge/response

redef MailScan::response_dry_run = T;

module Test;

export {
	const hide = T &redef;
}

hook MailScan::log_policy(rec: MailScan::Info, id: Log::ID, filter: Log::Filter)
	{
	if ( hide && rec$seqno == 1 )
		break;
	}

hook MailScan::log_policy_url(rec: MailScan::UrlInfo, id: Log::ID, filter: Log::Filter)
	{
	if ( hide && rec$seqno == 1 )
		break;
	}

hook MailScan::log_policy_response(rec: MailScan::ResponseInfo, id: Log::ID, filter: Log::Filter)
	{
	if ( hide && rec$seqno == 1 )
		break;
	}

hook MailScan::log_policy_ledger(rec: MailScan::LedgerInfo, id: Log::ID, filter: Log::Filter)
	{
	if ( hide )
		break;
	}

module MailScan;

global step2: event();
global step3: event();

event log_mailscan(rec: Info)
	{
	print "mailscan", rec$seqno, rec$verdict;
	}

event log_mailscan_url(rec: UrlInfo)
	{
	print "mailscan_url", rec$seqno, rec$verdict;
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	print "mailscan_response", rec$seqno, rec$status;
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	local c = connection($id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2, $resp_p=80/tcp),
	    $orig=endpoint($size=0, $state=0, $flow_label=0), $resp=endpoint($size=0, $state=0, $flow_label=0),
	    $start_time=double_to_time(1700000000.0), $duration=0sec, $service=set(), $history="", $uid="C1");
	ask_about_url(c, "HTTP", "http://one.example/", "", "", "");
	ask_about_url(c, "HTTP", "http://two.example/", "", "", "");
	ask(test_pending());
	ask(test_pending());
	event verdict(test_verdict(1, "malicious"));
	event verdict(test_verdict(2, "malicious"));
	event step3();
	}

event step3()
	{
	terminate();
	}
