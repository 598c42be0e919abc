# @TEST-DOC: The host that a bad URL came from: of one in a mail the client that sent the mail, of one in a request the server that was asked.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit
@load mailscan-bridge/response-address

redef MailScan::response_action = "address";
redef MailScan::response_dry_run = T;

module MailScan;

function look_up(seqno: count, source: string)
	{
	local c = connection($id=conn_id($orig_h=198.51.100.7, $orig_p=4000/tcp, $resp_h=192.0.2.25, $resp_p=25/tcp),
	    $orig=endpoint($size=0, $state=0, $flow_label=0), $resp=endpoint($size=0, $state=0, $flow_label=0),
	    $start_time=double_to_time(1700000000.0), $duration=0sec, $service=set(), $history="", $uid="C1");
	ask_about_url(c, source, "http://evil.example/", "evil.example", "", "");
	event url_verdict(UrlVerdict($proto=proto, $node=our_node, $incarnation=our_incarnation,
	    $seqno=seqno, $epoch=test_epoch, $verdict="malicious", $reason="", $detail="", $score=90,
	    $names=vector("Evil"), $tools=vector(), $ts=double_to_time(1700000000.0),
	    $url="http://evil.example/", $host="evil.example", $source=source, $uid="C1",
	    $orig_h=198.51.100.7, $orig_p=4000/tcp, $resp_h=192.0.2.25, $resp_p=25/tcp));
	}

event bridge_up(bridge: string, epoch: count)
	{
	look_up(1, "SMTP");
	look_up(2, "HTTP");
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	if ( zeek_is_terminating() )
		return;

	print rec$seqno, rec$status, rec$action, rec$bad_h;

	if ( rec$seqno == 2 )
		terminate();
	}
