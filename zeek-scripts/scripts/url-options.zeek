##! Options, log and hooks of lookups of URLs; see urls.zeek.

@load base/frameworks/logging
@load ./notices

module MailScan;

export {
	redef enum Log::ID += {
		## The stream of mailscan_url.log.
		URL_LOG
	};

	redef enum Notice::Type += {
		## A URL on one of the daemon's lists was seen.
		Malicious_URL
	};

	## Filters rows before they are written.
	global log_policy_url: Log::PolicyHook;

	## Where URLs are asked about: ``HTTP`` (each request) and ``SMTP`` (in the
	## text of mails, line by line as Zeek sees it, so that a URL folded over
	## two lines is cut; the daemon finds such URLs itself when it scans the
	## mail). Default: none.
	option url_sources: set[string] = set();

	## Lookups open at a time, at most, and half of that each time a wait brings
	## no answer (see url-bound.zeek); many workers have their part of
	## :zeek:see:`MailScan::max_credit_of_all` only. Reading a trace, it is held
	## instead. Default: 200.
	option max_open_urls: count = 200;

	## Longest wait for the answer. Default: 5 seconds, wall clock.
	option url_timeout = 5sec;

	## A URL is cut at this many bytes before it is asked about. Default: 4096.
	option max_url_length: count = 4096;

	## Ask about at most this many URLs of one part of a mail. Default: 100.
	option max_urls_per_file: count = 100;

	## A URL that was clean is not asked about again for this long by the same
	## host. Default: 5 minutes.
	const url_repeat = 5min &redef;

	## Clean URLs remembered for that, at most. Default: 50000.
	const max_remembered_urls: count = 50000 &redef;

	## Write a row for a clean URL too. Default: F, since there is one for
	## each request in http.log.
	option log_clean_urls = F;

	## The last edit of a lookup before it is published. ``break``: do not ask.
	##
	## c: the connection.
	##
	## r: the lookup.
	global url_policy: hook(c: connection, r: UrlRequest);

	## One row of mailscan_url.log.
	type UrlInfo: record {
		## When the URL was seen (network time).
		ts: time &log;
		## The lookup's number.
		seqno: count &log;
		## ``first``, or ``late`` where the first row was written without a
		## verdict.
		status: string &log;
		## ``malicious``, ``suspicious``, ``error``, ``unscanned``, ``clean``
		## (on none of the lists).
		verdict: string &log;
		## Why it was not looked up.
		reason: string &log &optional;
		## One line for people.
		detail: string &log &optional;
		## 0 to 100.
		score: count &log &optional;
		## What the lists call it.
		names: vector of string &log &optional;
		## One line a list.
		tools: vector of string &log &optional;
		## From the sight of the URL to this row (wall clock).
		latency: interval &log &optional;
		## The connection.
		uid: string &log;
		## Its addresses and ports.
		id: conn_id &log;
		## Where it was seen.
		source: string &log;
		## The URL.
		url: string &log;
		## The host it names.
		host: string &log &optional;
		## HTTP user name, envelope sender.
		who: string &log &optional;
		## The part of a mail it was found in.
		fuid: string &log &optional;
		## The Zeek process that asked.
		node: string &log;
		## Its start, microseconds since the epoch.
		incarnation: count &log;
	};

	## Raised for each row, for those who write no log.
	global log_mailscan_url: event(rec: UrlInfo);

	## Decides about a URL's verdict before its row is written: edit *row* and
	## *response*.
	##
	## v: the verdict.
	##
	## row: the row about to be written.
	##
	## response: what to do.
	global url_verdict_policy: hook(v: UrlVerdict, row: UrlInfo, response: Response);

	## What happened to URLs so far.
	type UrlStats: record {
		## Lookups published.
		asked: count &default=0;
		## Answered, by word.
		verdicts: table[string] of count &default=table();
		## Published, and given up by reason.
		given_up: table[string] of count &default=table();
		## Not asked about, by reason; *known* is clean a moment ago.
		not_asked: table[string] of count &default=table();
		## URLs that were cut before they were asked about.
		cut: count &default=0;
		## Answers after their lookup was given up.
		late: count &default=0;
		## Clean URLs beyond :zeek:see:`MailScan::max_remembered_urls`.
		not_remembered: count &default=0;
	};

	## The counters of this Zeek process.
	global url_stats = UrlStats();
}
