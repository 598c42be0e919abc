##! From the end of a file to its verdict: who is asked, who waits, whose time is
##! up.

@load ./credit

module MailScan;

# Take a file that ended and cannot be asked about.
function refuse(p: Pending, reason: string, detail: string)
	{
	++stats$files;
	give_up_unsent(p, reason, detail, p$closed);
	}

# What cannot be asked at once waits, or is given up.
function ask_later(p: Pending, now: time)
	{
	if ( ended )
		give_up_unsent(p, "timeout", "Zeek ended before it could ask", now);
	else if ( down && require_bridge )
		give_up_unsent(p, "no_bridge", "the bridge went away before the file ended", now);
	else if ( ! tracing && over_bytes(p$bytes) )
		{
		++stats$over_bytes;
		give_up_unsent(p, down ? "no_bridge" : "overload", "too many bytes wait for their verdicts", now);
		}
	else if ( tracing || backlog_size() < max_backlog )
		add_to_backlog(p);
	else if ( down )
		give_up_unsent(p, "no_bridge", "too many requests wait for the bridge", now);
	else
		give_up_unsent(p, "overload", "too many requests wait", now);
	}

# Take a file that ended and is to be asked about.
function ask(p: Pending)
	{
	local now = p$closed;
	++stats$files;

	if ( up && in_flight < credit && again_first > again_last && backlog_first > backlog_last &&
	     |requests| < max_open && ! ended && ( tracing || ! over_bytes(p$bytes) ) )
		publish_first(p, now);
	else
		ask_later(p, now);

	if ( tracing )
		trace_balance(now);
	}

function drop_backlog(reason: string, detail: string, now: time)
	{
	while ( backlog_first <= backlog_last )
		give_up_unsent(take_from_backlog(), reason, detail, now);
	}

# Give up on everything, since nothing more can come.
function give_up_all(detail: string, now: time)
	{
	local seqnos: vector of count;

	for ( s in requests )
		seqnos += s;

	sort(seqnos);

	for ( _, seqno in seqnos )
		give_up(seqno, down && ! requests[seqno]$accepted ? "no_bridge" : "timeout", detail, now);

	drop_backlog(down ? "no_bridge" : "timeout", detail, now);
	}

# Look at the clock: publish again what is overdue, give up what is hopeless.
function sweep(now: time)
	{
	local hopeless: vector of count;
	local too_early = now - patience();
	local too_old = now - max_answer_wait;

	for ( s in unaccepted )
		{
		local p = requests[s];

		if ( p$since <= too_early || p$closed <= too_old )
			hopeless += s;
		else if ( up && ! p$queued && p$tries < max_attempts &&
		          now - p$r$sent >= accept_timeout * ( 1 << ( p$tries - 1 ) ) )
			queue_again(p);
		}

	for ( _, seqno in hopeless )
		give_up(seqno, down ? "no_bridge" : "timeout", "the request was not accepted", now);

	if ( now >= next_deadline && |requests| > |unaccepted| )
		{
		local overdue: vector of count;
		next_deadline = now + max_answer_wait;

		for ( r_seqno, r in requests )
			{
			if ( ! r$accepted )
				next;

			if ( now >= r$deadline )
				overdue += r_seqno;
			else if ( r$deadline < next_deadline )
				next_deadline = r$deadline;
			}

		for ( _, r_seqno in overdue )
			give_up(r_seqno, "timeout", "no verdict by the time the bridge gave", now);
		}

	# Live, and starved of credit: what waited longest goes first.
	while ( up && ! tracing && backlog_first <= backlog_last &&
	        now - backlog[backlog_first]$closed > patience() )
		give_up_unsent(take_from_backlog(), "overload",
		    "waited too long for the bridge to accept more", now);

	pump(now);

	if ( tracing )
		trace_balance(now);
	}

event accepted(node: string, incarnation: count, seqnos: vector of count, answer_by: time)
	{
	if ( node != our_node || incarnation != our_incarnation )
		return;

	local now = current_time();
	last_progress = now;
	idle_bridge = F;

	for ( _, s in seqnos )
		{
		if ( s !in requests )
			next;

		local p = requests[s];
		local longest = p$closed + max_answer_wait;
		p$deadline = answer_by < longest ? answer_by : longest;

		if ( p$deadline < next_deadline )
			next_deadline = p$deadline;

		if ( p$accepted )
			next;

		p$accepted = T;
		arrived(p);

		# A new daemon accepts again what the old one had: still one request.
		if ( ! p$counted )
			{
			p$counted = T;
			++stats$accepted;
			}
		}

	# It made room for what waits.
	if ( again_first <= again_last || backlog_first <= backlog_last )
		pump(now);
	}
