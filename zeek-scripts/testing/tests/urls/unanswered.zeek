# @TEST-DOC: A lookup that nobody answers is given up after its time; late, foreign, unknown and repeated answers; the caps; a URL that was clean is not asked about again; names are bounded; a step of the wall clock delays nothing.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m seqno status verdict reason detail url < mailscan_url.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m name < weird.log > weirds
# @TEST-EXEC: btest-diff weirds

@load mailscan-unit

redef MailScan::url_timeout = 300msec;
redef MailScan::max_open_urls = 3;
redef MailScan::max_context_string = 12;
redef MailScan::max_url_length = 30;

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global c: connection;

function show_urls(what: string)
	{
	print fmt("%s: open=%d asked=%d verdicts=%s given_up=%s not_asked=%s cut=%d late=%d", what,
	    |open_urls|, url_stats$asked, to_json(url_stats$verdicts), to_json(url_stats$given_up),
	    to_json(url_stats$not_asked), url_stats$cut, url_stats$late);
	}

function answer_to(seqno: count, word: string): UrlVerdict
	{
	return UrlVerdict($proto=proto, $node=our_node, $incarnation=our_incarnation, $seqno=seqno,
	    $epoch=test_epoch, $verdict=word, $reason="", $detail="", $score=0, $names=vector(),
	    $tools=vector(), $ts=double_to_time(1700000000.0), $url=fmt("http://u%d.example/", seqno),
	    $host="", $source="HTTP", $uid="C1", $orig_h=192.0.2.1, $orig_p=1/tcp,
	    $resp_h=192.0.2.2, $resp_p=80/tcp);
	}

hook url_policy(cc: connection, r: UrlRequest)
	{
	if ( /private/ in r$url )
		break;
	}

event zeek_init() &priority=-20
	{
	c = connection($id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2, $resp_p=80/tcp),
	    $orig=endpoint($size=0, $state=0, $flow_label=0), $resp=endpoint($size=0, $state=0, $flow_label=0),
	    $start_time=double_to_time(1700000000.0), $duration=0sec, $service=set(), $history="", $uid="C1");
	ask_about_url(c, "HTTP", "http://before.example/", "before.example", "", "");
	show_urls("before the bridge was there");
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	ask_about_url(c, "HTTP", "http://private.example/", "private.example", "", "");
	ask_about_url(c, "HTTP", "http://u1.example/", "u1.example", "bob", "");
	ask_about_url(c, "HTTP", "http://u2.example/and/much/more/than/fits", "u2.example.and.more", "somebody with a long name", "");
	ask_about_url(c, "HTTP", "http://u3.example/", "u3.example", "", "");
	ask_about_url(c, "HTTP", "http://u4.example/", "u4.example", "", "");
	show_urls("one too many");
	event url_verdict(answer_to(1, "clean"));
	event url_verdict(answer_to(1, "malicious"));
	event url_verdict(answer_to(9, "malicious"));

	local foreign = answer_to(2, "malicious");
	foreign$node = "somebody else";
	event url_verdict(foreign);

	local older = answer_to(2, "malicious");
	older$incarnation = our_incarnation - 1;
	event url_verdict(older);
	event url_verdict(answer_to(3, "splendid"));
	event step3();
	}

event step3()
	{
	ask_about_url(c, "HTTP", "http://u1.example/", "u1.example", "bob", "");
	show_urls("answered");
	print open_urls[2]$host, open_urls[2]$who;

	# As it was before the clock was stepped back by an hour.
	for ( _, r in open_urls )
		r$sent = r$sent + 1hr;

	last_heard = last_heard + 1hr;
	hello_last = hello_last + 1hr;
	last_tick = last_tick + 1hr;
	last_clock = current_time() + 1hr;
	schedule 1sec { step4() };
	}

event step4()
	{
	show_urls("given up");
	event url_verdict(answer_to(2, "malicious"));
	event url_verdict(answer_to(2, "malicious"));
	schedule 200msec { bridge_bye(our_bridge, test_epoch, "test over") };
	}

event bridge_bye(bridge: string, epoch: count, reason: string) &priority=-5
	{
	show_urls("late");
	terminate();
	}
