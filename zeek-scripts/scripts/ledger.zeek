##! mailscan_ledger.log: does it add up? Each hour, and at the end, what was
##! asked against what came of it.

@load ./liveness

module MailScan;

export {
	redef enum Log::ID += {
		## The stream of mailscan_ledger.log.
		LEDGER_LOG
	};

	redef enum Notice::Type += {
		## Requests are unaccounted for; see mailscan_ledger.log.
		Ledger_Mismatch
	};

	## Filters rows before they are written.
	global log_policy_ledger: Log::PolicyHook;

	## Time between rows of the ledger, live. Default: 1 hour.
	option ledger_interval = 1hr;

	## One row of mailscan_ledger.log: counts since this process started.
	type LedgerInfo: record {
		## When it was drawn up (network time).
		ts: time &log;
		## The Zeek process.
		node: string &log;
		## Its start, microseconds since the epoch.
		incarnation: count &log;
		## Files that were to be asked about.
		files: count &log;
		## Requests published.
		asked: count &log;
		## Requests published again.
		resent: count &log;
		## Requests the daemon accepted.
		accepted: count &log;
		## Requests that ended with the daemon's verdict.
		answered: count &log;
		## Of these: malicious.
		malicious: count &log;
		## Of these: suspicious.
		suspicious: count &log;
		## Of these: error.
		error: count &log;
		## Of these: unscanned.
		unscanned: count &log;
		## Of these: clean.
		clean: count &log;
		## Requests given up.
		given_up: count &log;
		## Files given up before they were asked about.
		not_asked: count &log;
		## Why files were given up: reason=count.
		reasons: vector of string &log;
		## Requests published and still without a first row.
		open: count &log;
		## Files that wait to be asked about.
		backlog: count &log;
		## Verdicts after the first row was written without one.
		late: count &log;
		## Verdicts for an earlier incarnation.
		orphan: count &log;
		## Verdicts that came again.
		duplicate: count &log;
		## Messages that were not for us.
		unknown: count &log;
		## asked = answered + given_up + open, and files = asked + not_asked +
		## backlog.
		balanced: bool &log;
	};
}

function count_of(counters: table[string] of count, key: string): count
	{
	return key in counters ? counters[key] : 0;
	}

function draw_up_ledger()
	{
	local answered = 0;
	local given_up_all_told = 0;
	local reasons: vector of string;

	for ( _, n in stats$verdicts )
		answered += n;

	for ( reason, r in stats$reasons )
		{
		given_up_all_told += r;
		reasons += fmt("%s=%d", reason, r);
		}

	sort(reasons, strcmp);

	local not_asked = given_up_all_told - stats$given_up;
	local balanced = stats$asked == answered + stats$given_up + |requests| &&
	    stats$files == stats$asked + not_asked + backlog_size() && stats$asked == last_seqno;

	Log::write(LEDGER_LOG, LedgerInfo($ts=network_time(), $node=our_node,
	    $incarnation=our_incarnation, $files=stats$files, $asked=stats$asked,
	    $resent=stats$resent, $accepted=stats$accepted, $answered=answered,
	    $malicious=count_of(stats$verdicts, "malicious"),
	    $suspicious=count_of(stats$verdicts, "suspicious"),
	    $error=count_of(stats$verdicts, "error"),
	    $unscanned=count_of(stats$verdicts, "unscanned"),
	    $clean=count_of(stats$verdicts, "clean"), $given_up=stats$given_up,
	    $not_asked=not_asked, $reasons=reasons, $open=|requests|,
	    $backlog=backlog_size(), $late=stats$late, $orphan=stats$orphan,
	    $duplicate=stats$duplicate, $unknown=stats$unknown, $balanced=balanced));

	if ( ! balanced )
		NOTICE(Notice::Info($note=Ledger_Mismatch,
		    $msg=fmt("asked %d, answered %d, given up %d, open %d; files %d, not asked %d, waiting %d",
		        stats$asked, answered, stats$given_up, |requests|, stats$files, not_asked, backlog_size()),
		    $identifier=cat(our_node, our_incarnation)));
	}

global ledger_due: event();

event ledger_due()
	{
	draw_up_ledger();
	schedule ledger_interval { ledger_due() };
	}

event zeek_init() &priority=5
	{
	Log::create_stream(LEDGER_LOG, Log::Stream($columns=LedgerInfo,
	    $path="mailscan_ledger", $policy=log_policy_ledger));
	}

event zeek_init() &priority=-10
	{
	if ( asking && ! tracing )
		schedule ledger_interval { ledger_due() };
	}

# After the last row of mailscan.log.
event zeek_done() &priority=-10
	{
	if ( asking )
		draw_up_ledger();
	}
