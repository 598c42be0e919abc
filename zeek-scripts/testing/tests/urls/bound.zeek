# @TEST-DOC: While nobody answers, fewer and fewer lookups are made: half as many after each wait, then one now and then, ever more seldom; answers bring them back. What all workers may have under way together is divided among them, credit and lookups alike.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b shared.zeek > shared
# @TEST-EXEC: btest-diff shared

@load mailscan-unit

redef MailScan::url_timeout = 300msec;
redef MailScan::max_open_urls = 8;

module MailScan;

global rounds = 0;
global answered: event();

function asked_of_ten(): count
	{
	local before = url_stats$asked;
	local c = connection($id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2, $resp_p=80/tcp),
	    $orig=endpoint($size=0, $state=0, $flow_label=0), $resp=endpoint($size=0, $state=0, $flow_label=0),
	    $start_time=double_to_time(1700000000.0), $duration=0sec, $service=set(), $history="", $uid="C1");
	local i = 0;

	while ( ++i <= 10 )
		ask_about_url(c, "HTTP", fmt("http://%d.example/", i), "", "", "");

	return url_stats$asked - before;
	}

event next_round()
	{
	if ( |open_urls| > 0 )
		{
		schedule 50msec { next_round() };
		return;
		}

	# The next one may be made only when the last wait was over for some time.
	url_probe_at = url_probe_at > current_time() ? current_time() + 1hr : url_probe_at;
	print "asked", asked_of_ten(), "next probe after", fmt("%.1f", interval_to_double(url_probe_gap));

	if ( ++rounds <= 4 )
		schedule 350msec { next_round() };
	else if ( rounds <= 7 )
		{
		# When its time has come.
		url_probe_at = current_time();
		print "asked at its time", asked_of_ten();
		schedule 350msec { next_round() };
		}
	else
		event answered();
	}

function answer(seqno: count)
	{
	event url_verdict(UrlVerdict($proto=proto, $node=our_node, $incarnation=our_incarnation,
	    $seqno=seqno, $epoch=test_epoch, $verdict="unscanned", $reason="", $detail="", $score=0,
	    $names=vector(), $tools=vector(), $ts=double_to_time(1700000000.0), $url="", $host="",
	    $source="HTTP", $uid="C1", $orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2,
	    $resp_p=80/tcp));
	}

event show_bound(n: count)
	{
	print "asked after an answer", asked_of_ten(), "open", |open_urls|;

	if ( n == 6 )
		{
		terminate();
		return;
		}

	answer(last_url_seqno);
	event show_bound(n + 1);
	}

event answered()
	{
	# A late one does too.
	answer(1);
	event show_bound(1);
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event next_round();
	}

# @TEST-START-FILE shared.zeek
@load mailscan-unit

redef MailScan::bridge_sharers = 30;
redef MailScan::max_credit_of_all = 1200;

module MailScan;

event bridge_up(bridge: string, epoch: count)
	{
	print "credit", credit, "lookups", url_share();
	terminate();
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	}
# @TEST-END-FILE
