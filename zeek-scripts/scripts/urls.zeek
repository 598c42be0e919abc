##! URLs: asked about as they are seen, answered from the daemon's lists, a row
##! in mailscan_url.log and a notice for what is bad.
##!
##! Off unless :zeek:see:`MailScan::url_sources` names a source. A lookup is
##! worth five seconds: it is published once and never again, and its number is
##! of a count of its own. At most :zeek:see:`MailScan::max_open_urls` are open
##! at a time, and fewer while nobody answers; what is beyond, and what comes while
##! there is no bridge, is not asked about and only counted, in
##! mailscan_ledger.log: a row for each would double http.log.

@load ./context
@load ./liveness
@load ./url-bound

module MailScan;

# Topic we publish lookups to.
global url_topic = "";

# Published and not answered, and when they were. Numbers only grow, so that the
# oldest is the least.
global open_urls: table[count] of UrlRequest;
global oldest_url: count = 1;
global last_url_seqno: count = 0;

# Clean a moment ago. What is longer than its hash is remembered by that.
global clean_urls: set[addr, string] &create_expire=url_repeat;

function short_url(url: string): string
	{
	return |url| <= 64 ? url : sha256_hash(url);
	}

# Given up, and when they were published: an answer may yet come.
global late_urls: table[count] of time &create_expire=5min;

event zeek_init() &priority=19
	{
	url_topic = fmt("mailscan.url.%s.", escape_topic(our_bridge));
	Log::create_stream(URL_LOG, Log::Stream($columns=UrlInfo, $ev=log_mailscan_url,
	    $path="mailscan_url", $policy=log_policy_url));
	}

# Ask about a URL, if it may be asked about.
function ask_about_url(c: connection, source: string, url: string, host: string, who: string,
    fuid: string)
	{
	if ( ended || ! up )
		{
		bump(url_stats$not_asked, "no_bridge");
		return;
		}

	local asked_url = url;

	if ( |url| > max_url_length )
		{
		asked_url = url[0:max_url_length];
		++url_stats$cut;
		}

	if ( [c$id$orig_h, short_url(asked_url)] in clean_urls )
		{
		bump(url_stats$not_asked, "known");
		return;
		}

	local now = current_time();

	if ( |open_urls| >= url_bound(now) )
		{
		bump(url_stats$not_asked, "overload");
		return;
		}

	local r = UrlRequest($proto=proto, $node=our_node, $incarnation=our_incarnation,
	    $seqno=last_url_seqno + 1, $ts=network_time(), $sent=now, $url=asked_url,
	    $host=shortened(host), $source=source, $uid=c$uid, $orig_h=c$id$orig_h,
	    $orig_p=c$id$orig_p, $resp_h=c$id$resp_h, $resp_p=c$id$resp_p);

	if ( who != "" )
		r$who = shortened(who);

	if ( fuid != "" )
		r$fuid = fuid;

	if ( ! hook url_policy(c, r) )
		{
		bump(url_stats$not_asked, "policy");
		return;
		}

	r$seqno = ++last_url_seqno;
	open_urls[r$seqno] = r;
	++url_stats$asked;
	Cluster::publish(url_topic, url_request, r);

	if ( tracing )
		trace_balance(now);
	}

function url_row(r: UrlRequest): UrlInfo
	{
	local row = UrlInfo($ts=r$ts, $seqno=r$seqno, $status="first", $verdict="unscanned",
	    $uid=r$uid, $id=conn_id($orig_h=r$orig_h, $orig_p=r$orig_p, $resp_h=r$resp_h,
	    $resp_p=r$resp_p), $source=r$source, $url=r$url, $node=r$node,
	    $incarnation=r$incarnation);

	if ( r$host != "" )
		row$host = r$host;

	if ( r?$who )
		row$who = r$who;

	if ( r?$fuid )
		row$fuid = r$fuid;

	return row;
	}

function give_up_url(r: UrlRequest, reason: string, detail: string, now: time)
	{
	delete open_urls[r$seqno];
	late_urls[r$seqno] = r$sent;
	bump(url_stats$given_up, reason);

	local row = url_row(r);
	row$reason = reason;
	row$detail = detail;
	row$latency = now - r$sent;
	Log::write(URL_LOG, row);
	}

function give_up_urls(sent_before: time, reason: string, detail: string, now: time)
	{
	local newest: time;
	local any_given_up = F;

	while ( oldest_url <= last_url_seqno )
		{
		if ( oldest_url in open_urls )
			{
			local r = open_urls[oldest_url];

			if ( r$sent >= sent_before )
				break;

			newest = r$sent;
			any_given_up = T;
			give_up_url(r, reason, detail, now);
			}

		++oldest_url;
		}

	if ( any_given_up )
		note_url_silence(newest, now);
	}

function sweep_urls(now: time)
	{
	give_up_urls(ended ? now + 1sec : now - url_timeout, up || ended ? "timeout" : "no_bridge",
	    ended ? "Zeek ended" : "no answer in time", now);
	}

hook clock_stepped_back(by: interval)
	{
	for ( _, r in open_urls )
		r$sent = r$sent - by;

	for ( seqno, sent in late_urls )
		late_urls[seqno] = sent - by;

	url_answered = url_answered - by;
	url_probe_at = url_probe_at - by;
	}

# What stands for the URL in a message: hostile bytes, and no link to click on.
function defanged(url: string): string
	{
	return gsub(printable(url), /:\/\//, "[:]//");
	}

function notice_about_url(row: UrlInfo)
	{
	local n = Notice::Info($note=Malicious_URL,
	    $msg=fmt("%s URL %s: %s", row$verdict, defanged(row$url),
	        row?$names && |row$names| > 0 ? some_of(row$names) :
	            row?$detail ? printable(row$detail) : "no name"),
	    $uid=row$uid, $id=row$id,
	    $identifier=cat(row$id$orig_h, row?$host ? row$host : row$url));

	if ( row?$fuid )
		n$fuid = row$fuid;

	if ( row?$detail )
		n$sub = printable(row$detail);

	NOTICE(n);
	}

event url_verdict(v: UrlVerdict)
	{
	if ( ! asking || v$node != our_node || v$incarnation != our_incarnation )
		return;

	if ( v$seqno == 0 || v$seqno > last_url_seqno )
		{
		complain("mailscan_unknown_url_seqno", fmt("%d", v$seqno));
		return;
		}

	local now = current_time();
	local sent: time;
	local is_late = v$seqno in late_urls;

	# The row says what we asked, not what we are told we asked.
	local row: UrlInfo;

	if ( v$seqno in open_urls )
		{
		row = url_row(open_urls[v$seqno]);
		sent = open_urls[v$seqno]$sent;
		delete open_urls[v$seqno];
		}
	else if ( is_late )
		{
		row = UrlInfo($ts=v$ts, $seqno=v$seqno, $status="late", $verdict="unscanned",
		    $uid=v$uid, $id=conn_id($orig_h=v$orig_h, $orig_p=v$orig_p, $resp_h=v$resp_h,
		    $resp_p=v$resp_p), $source=v$source, $url=v$url, $node=v$node,
		    $incarnation=v$incarnation);
		sent = late_urls[v$seqno];
		delete late_urls[v$seqno];
		++url_stats$late;
		}
	else
		{
		++stats$duplicate;
		return;
		}

	note_url_answer(now);
	row$verdict = v$verdict in known_words ? v$verdict : "error";
	row$score = v$score;
	row$names = v$names;
	row$tools = v$tools;
	row$latency = now - sent;

	if ( v$reason != "" )
		row$reason = v$reason;

	if ( v$detail != "" )
		row$detail = v$detail;

	if ( ! is_late )
		bump(url_stats$verdicts, row$verdict);

	# Reading a trace, what is asked must not hang on how fast answers come.
	if ( row$verdict == "clean" && ! tracing )
		{
		if ( |clean_urls| < max_remembered_urls )
			add clean_urls[row$id$orig_h, short_url(row$url)];
		else
			++url_stats$not_remembered;
		}

	local response = Response($notice=row$verdict == "malicious");
	hook url_verdict_policy(v, row, response);

	if ( row$verdict != "clean" || log_clean_urls )
		Log::write(URL_LOG, row);

	if ( response$notice )
		notice_about_url(row);

	if ( response$drop != "" && row$verdict == "malicious" )
		hook respond(RespondTo($action=response$drop, $id=row$id, $uid=row$uid,
		    $bad_h=row$source == "SMTP" ? row$id$orig_h : row$id$resp_h, $url=row$url, $seqno=row$seqno,
		    $node=row$node, $incarnation=row$incarnation,
		    $why=fmt("malicious URL %s", defanged(row$url))));

	if ( tracing )
		trace_balance(now);
	}
