##! Our counts against the bridge's: it is asked for its own, and what the two say
##! of each other is compared, but for what was under way.

@load ./liveness

module MailScan;

export {
	## Longest wait for the bridge's counts, after which the row is written
	## without them; wall clock. Default: 5 seconds.
	option ledger_wait = 5sec;
}

function count_of(counters: table[string] of count, key: string): count
	{
	return key in counters ? counters[key] : 0;
	}

# What was counted when the bridge was asked last; when that was; its answer; and
# until when to wait for one.
global counts_asked: Ledger;
global counts_late: count = 0;
global counts_under_way: count = 0;
global counts_sent = double_to_time(0.0);
global counts_until = double_to_time(0.0);
global bridge_counts: BridgeLedger;
global counts_answered = F;

# A row is due when the answer has come, or the wait is over.
global row_due = F;

function ask_for_counts(now: time)
	{
	if ( counts_sent != double_to_time(0.0) && ended && counts_answered && counts_asked$asked == last_seqno )
		return;

	counts_asked = Ledger($proto=proto, $node=our_node, $incarnation=our_incarnation, $sent=now,
	    $asked=last_seqno, $accepted=stats$accepted,
	    $malicious=count_of(stats$verdicts, "malicious"),
	    $suspicious=count_of(stats$verdicts, "suspicious"),
	    $error=count_of(stats$verdicts, "error"),
	    $unscanned=count_of(stats$verdicts, "unscanned"),
	    $clean=count_of(stats$verdicts, "clean"), $given_up=stats$given_up,
	    $open=|requests|);
	counts_under_way = |unaccepted|;
	counts_late = stats$late;
	counts_sent = now;
	counts_until = now + ledger_wait;
	counts_answered = F;

	# What is acknowledged goes first, so that it is counted.
	send_acks();
	Cluster::publish(request_topic, ledger, counts_asked);
	}

# The answer is to what was asked last. A time does not survive the wire to its last
# bit (a count of nanoseconds there, a double here), and so is not compared by it:
# one answer in twenty, or so, would be taken for another's.
function answers_last_question(l: BridgeLedger): bool
	{
	return |l$sent - counts_sent| < 0.00001;
	}

function counts_awaited(): bool
	{
	return ! counts_answered && current_time() < counts_until;
	}

# How the bridge's counts contradict ours, but for what was under way when it was
# asked; empty if they do not.
function contradiction(b: BridgeLedger): string
	{
	local c = counts_asked;
	local answered = c$malicious + c$suspicious + c$error + c$unscanned + c$clean + counts_late;
	local verdicts = b$malicious + b$suspicious + b$error + b$unscanned + b$clean;

	if ( b$overdue > 0 )
		return fmt("%d requests have not arrived for long: seqno %s", b$overdue, printable(b$gaps));

	if ( b$highest > last_seqno )
		return fmt("the bridge knows of %d requests, we sent %d: two processes share a name", b$highest, last_seqno);

	# Its journal is younger than this process: it cannot know all.
	if ( b$first > 1 )
		return "";

	if ( b$accepted + counts_under_way < c$asked )
		return fmt("we sent %d requests, the bridge has %d, and only %d were under way", c$asked, b$accepted, counts_under_way);

	if ( b$accepted < c$accepted )
		return fmt("the bridge accepted %d requests and has %d", c$accepted, b$accepted);

	if ( verdicts < answered )
		return fmt("we have verdicts on %d requests, the bridge gave %d", answered, verdicts);

	# A later verdict may have come before the first.
	if ( b$rescans == 0 && ( b$malicious < c$malicious || b$suspicious < c$suspicious ||
	     b$unscanned < c$unscanned || b$clean < c$clean ) )
		return "the verdicts we have are not those that the bridge gave";

	return "";
	}
