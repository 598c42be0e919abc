##! What is counted, and what is told once of trouble that may come any number of
##! times.

@load base/frameworks/reporter

module MailScan;

export {
	## How much happened so far. Requests published for the first time are
	## :zeek:field:`MailScan::Stats$asked`; each ends in *verdicts* or, given
	## up, in *reasons*, or is still open.
	type Stats: record {
		## Files that ended and were to be asked about.
		files: count &default=0;
		## Requests published for the first time.
		asked: count &default=0;
		## Requests published again.
		resent: count &default=0;
		## Requests the daemon accepted.
		accepted: count &default=0;
		## First rows with the daemon's verdict, by its word.
		verdicts: table[string] of count &default=table();
		## First rows without, by reason.
		reasons: table[string] of count &default=table();
		## Of these, requests that had been published.
		given_up: count &default=0;
		## Files given up at :zeek:see:`MailScan::max_open_bytes`.
		over_bytes: count &default=0;
		## Verdicts after the first row was written without one.
		late: count &default=0;
		## Verdicts for an earlier incarnation of this node.
		orphan: count &default=0;
		## Verdicts of a later scan, after the first row.
		rescan: count &default=0;
		## Verdicts that came again.
		duplicate: count &default=0;
		## Messages that were not for us, or about what we never asked.
		unknown: count &default=0;
		## Requests and verdicts forgotten at :zeek:see:`MailScan::max_remembered`.
		forgotten: count &default=0;
		## Mails whose envelope and headers were sent cut, at
		## :zeek:see:`MailScan::max_context` and its like.
		context_cut: count &default=0;
		## Mails whose bad files were told at once, at
		## :zeek:see:`MailScan::max_open_news`.
		news_at_once: count &default=0;
	};

	## The counters of this Zeek process.
	global stats = Stats();
}

# Kinds of trouble already told about, see tell_once().
global complained: set[string];

# Hostile bytes made fit for a message.
function printable(s: string, limit: count &default=200): string
	{
	return |s| > limit ? clean(s[0:limit]) + "..." : clean(s);
	}

function bump(counters: table[string] of count, key: string)
	{
	if ( key in counters )
		++counters[key];
	else
		counters[key] = 1;
	}

# Log each kind once.
function tell_once(kind: string, detail: string)
	{
	if ( kind in complained )
		return;

	add complained[kind];
	Reporter::net_weird(kind, printable(detail), "MAILSCAN");
	}

# Count what was not for us, and log each kind once.
function complain(kind: string, detail: string)
	{
	++stats$unknown;
	tell_once(kind, detail);
	}
