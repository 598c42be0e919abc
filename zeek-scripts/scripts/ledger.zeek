##! mailscan_ledger.log: does it add up? Each hour, and at the end, what was
##! asked against what came of it.

@load ./reckoning
@load ./urls

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
		## Verdicts of a later scan of the same file.
		rescan: count &log;
		## Verdicts for an earlier incarnation.
		orphan: count &log;
		## Verdicts that came again.
		duplicate: count &log;
		## Messages that were not for us.
		unknown: count &log;
		## URLs asked about.
		urls_asked: count &log;
		## Of these, answered.
		urls_answered: count &log;
		## Of these: malicious.
		urls_malicious: count &log;
		## Of these, given up.
		urls_given_up: count &log;
		## URLs not asked about: reason=count.
		urls_not_asked: vector of string &log;
		## What the bridge has counted; unset where it did not answer. Requests
		## on its disk.
		bridge_accepted: count &log &optional;
		## First verdicts it gave.
		bridge_verdicts: count &log &optional;
		## Of these: malicious.
		bridge_malicious: count &log &optional;
		## Of these: suspicious.
		bridge_suspicious: count &log &optional;
		## Of these: error.
		bridge_error: count &log &optional;
		## Of these: unscanned.
		bridge_unscanned: count &log &optional;
		## Of these: clean.
		bridge_clean: count &log &optional;
		## Requests it has given no verdict on.
		bridge_open: count &log &optional;
		## Requests of which it knows only that they were sent.
		bridge_missing: count &log &optional;
		## First verdicts that we acknowledged.
		bridge_acknowledged: count &log &optional;
		## asked = answered + given_up + open, and files = asked + not_asked +
		## backlog, and the same of URLs; and the bridge's counts agree, but for
		## what was under way.
		balanced: bool &log;
	};
}

function sum_of(counters: table[string] of count): count
	{
	local sum = 0;

	for ( _, n in counters )
		sum += n;

	return sum;
	}

# What is counted, as key=count.
function listed(counters: table[string] of count): vector of string
	{
	local result: vector of string;

	for ( key, n in counters )
		result += fmt("%s=%d", key, n);

	sort(result, strcmp);
	return result;
	}

function draw_up_ledger()
	{
	local answered = sum_of(stats$verdicts);
	local not_asked = sum_of(stats$reasons) - stats$given_up;
	local balanced = stats$asked == answered + stats$given_up + |requests| &&
	    stats$files == stats$asked + not_asked + backlog_size() && stats$asked == last_seqno;

	local urls_answered = sum_of(url_stats$verdicts);
	local urls_given_up = sum_of(url_stats$given_up);
	local urls_balanced = url_stats$asked == urls_answered + urls_given_up + |open_urls|;

	local wrong = counts_answered ? contradiction(bridge_counts) : "";

	local row = LedgerInfo($ts=network_time(), $node=our_node,
	    $incarnation=our_incarnation, $files=stats$files, $asked=stats$asked,
	    $resent=stats$resent, $accepted=stats$accepted, $answered=answered,
	    $malicious=count_of(stats$verdicts, "malicious"),
	    $suspicious=count_of(stats$verdicts, "suspicious"),
	    $error=count_of(stats$verdicts, "error"),
	    $unscanned=count_of(stats$verdicts, "unscanned"),
	    $clean=count_of(stats$verdicts, "clean"), $given_up=stats$given_up,
	    $not_asked=not_asked, $reasons=listed(stats$reasons), $open=|requests|,
	    $backlog=backlog_size(), $late=stats$late, $rescan=stats$rescan, $orphan=stats$orphan,
	    $duplicate=stats$duplicate, $unknown=stats$unknown, $urls_asked=url_stats$asked,
	    $urls_answered=urls_answered, $urls_malicious=count_of(url_stats$verdicts, "malicious"),
	    $urls_given_up=urls_given_up, $urls_not_asked=listed(url_stats$not_asked),
	    $balanced=balanced && urls_balanced && wrong == "");

	if ( counts_answered )
		{
		local b = bridge_counts;
		row$bridge_accepted = b$accepted;
		row$bridge_verdicts = b$malicious + b$suspicious + b$error + b$unscanned + b$clean;
		row$bridge_malicious = b$malicious;
		row$bridge_suspicious = b$suspicious;
		row$bridge_error = b$error;
		row$bridge_unscanned = b$unscanned;
		row$bridge_clean = b$clean;
		row$bridge_open = b$open;
		row$bridge_missing = b$missing;
		row$bridge_acknowledged = b$acknowledged;
		}

	Log::write(LEDGER_LOG, row);

	if ( wrong != "" )
		NOTICE(Notice::Info($note=Ledger_Mismatch, $msg=wrong,
		    $identifier=cat(our_node, our_incarnation, wrong)));

	if ( ! urls_balanced )
		NOTICE(Notice::Info($note=Ledger_Mismatch,
		    $msg=fmt("URLs: asked %d, answered %d, given up %d, open %d", url_stats$asked,
		        urls_answered, urls_given_up, |open_urls|),
		    $identifier=cat(our_node, our_incarnation, "urls")));

	if ( ! balanced )
		NOTICE(Notice::Info($note=Ledger_Mismatch,
		    $msg=fmt("asked %d, answered %d, given up %d, open %d; files %d, not asked %d, waiting %d",
		        stats$asked, answered, stats$given_up, |requests|, stats$files, not_asked, backlog_size()),
		    $identifier=cat(our_node, our_incarnation)));
	}

global ledger_due: event();
global ledger_overdue: event(sent: time);

function write_due_row()
	{
	row_due = F;
	draw_up_ledger();
	}

event ledger_overdue(sent: time)
	{
	if ( row_due && sent == counts_sent )
		write_due_row();
	}

event ledger_due()
	{
	local now = current_time();

	if ( row_due )
		write_due_row();

	if ( up )
		{
		row_due = T;
		ask_for_counts(now);
		schedule ledger_wait { ledger_overdue(now) };
		}
	else
		{
		counts_answered = F;
		write_due_row();
		}

	schedule ledger_interval { ledger_due() };
	}

event bridge_ledger(l: BridgeLedger)
	{
	if ( ! asking || l$node != our_node || l$incarnation != our_incarnation )
		return;

	# An answer to an earlier question, or the same answer again.
	if ( counts_answered || ! answers_last_question(l) )
		return;

	counts_answered = T;
	bridge_counts = l;

	if ( row_due )
		write_due_row();
	else if ( tracing )
		trace_balance(current_time());
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
