# @TEST-DOC: A URL that was clean is asked about again after url_repeat, and no more than max_remembered_urls are remembered, long ones in few bytes; a hook decides about each verdict, each row is an event.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m seqno verdict detail url < mailscan_url.log | cut -c 1-80 > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m note msg < notice.log > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit
@load ./helpers

redef MailScan::url_repeat = 200msec;
redef MailScan::max_remembered_urls = 1;
redef MailScan::log_clean_urls = T;

# Zeek looks for what has expired this often.
redef table_expire_interval = 50msec;

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global step5: event();
global given_up_at: time;

const long_url = "http://long.example/" + string_of(4000);

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	ask_test_url("http://one.example/");
	ask_test_url("http://two.example/");
	ask_test_url("http://bad.example/");
	event url_verdict(test_url_verdict(1, "clean"));
	event url_verdict(test_url_verdict(2, "clean"));
	event url_verdict(test_url_verdict(3, "suspicious"));
	event step3();
	}

# A verdict that a site thinks more of.
hook url_verdict_policy(v: UrlVerdict, row: UrlInfo, response: Response)
	{
	if ( v$verdict != "suspicious" )
		return;

	row$detail = "as the hook says";
	response$notice = T;
	}

event log_mailscan_url(rec: UrlInfo)
	{
	print "row", rec$seqno, rec$verdict;
	}

event step3()
	{
	ask_test_url("http://one.example/");
	ask_test_url("http://two.example/");
	print "only the first is remembered", url_stats$asked, to_json(url_stats$not_asked);
	given_up_at = current_time() + 30sec;
	event step4();
	}

event step4()
	{
	if ( |clean_urls| > 0 && current_time() < given_up_at )
		{
		schedule 20msec { step4() };
		return;
		}

	ask_test_url("http://one.example/");
	print "nor for ever", url_stats$asked, to_json(url_stats$not_asked);
	ask_test_url(long_url);
	local v = test_url_verdict(last_url_seqno, "clean");
	v$url = long_url;
	event url_verdict(v);
	event step5();
	}

event step5()
	{
	ask_test_url(long_url);

	for ( [_, url] in clean_urls )
		print "a long one is remembered", |url|, url_stats$asked, to_json(url_stats$not_asked);

	terminate();
	}

# @TEST-START-FILE helpers.zeek
module MailScan;

function string_of(n: count): string
	{
	local s = "x";

	while ( |s| < n )
		s = s + s;

	return s;
	}

function ask_test_url(url: string)
	{
	local c = connection($id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2, $resp_p=80/tcp),
	    $orig=endpoint($size=0, $state=0, $flow_label=0), $resp=endpoint($size=0, $state=0, $flow_label=0),
	    $start_time=double_to_time(1700000000.0), $duration=0sec, $service=set(), $history="", $uid="C1");
	ask_about_url(c, "HTTP", url, "", "", "");
	}

function test_url_verdict(seqno: count, word: string): UrlVerdict
	{
	return UrlVerdict($proto=proto, $node=our_node, $incarnation=our_incarnation, $seqno=seqno,
	    $epoch=test_epoch, $verdict=word, $reason="", $detail="", $score=0, $names=vector(),
	    $tools=vector(), $ts=double_to_time(1700000000.0), $url="", $host="", $source="HTTP",
	    $uid="C1", $orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2, $resp_p=80/tcp);
	}
# @TEST-END-FILE
