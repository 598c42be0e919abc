##! From the end of a file to its verdict: who is asked when, who waits, who is
##! given up.
##!
##! Sending is on credit. A publication counts from the moment it is made until
##! there is proof that the daemon took it off the wire: it accepted the
##! request, or answered a hello that was sent later. Re-sends count too, and
##! giving a request up frees nothing. So however long the daemon hangs, no
##! more than the credit piles up in ZeroMQ's pipes, where it would stall the
##! whole cluster.

@load ./log
@load ./notices

module MailScan;

# One request, from the end of its file to its first row.
type Pending: record {
	r: FileRequest;
	# Zeek's own description of the file.
	desc: string &default="";
	# Wall clock at which the file ended.
	closed: time;
	accepted: bool &default=F;
	# In line to be sent again.
	queued: bool &default=F;
	# Publications without proof that they arrived.
	charge: count &default=0;
	# Publications since the last new epoch.
	tries: count &default=0;
	# While not accepted: when to publish again.
	next_try: time &optional;
	# When to give up.
	deadline: time &optional;
};

# Published and without a first row, by seqno.
global requests: table[count] of Pending;

# Of these, not accepted.
global unaccepted: set[count];

global last_seqno: count = 0;

# Publications without proof of arrival; of these, such of requests given up,
# and when the last of those was made.
global in_flight: count = 0;
global lost_charge: count = 0;
global lost_until = double_to_time(0.0);

# Not yet published, in order: entries first..last.
global backlog: table[count] of Pending;
global backlog_first: count = 1;
global backlog_last: count = 0;

# To be published again, in order.
global again: table[count] of count;
global again_first: count = 1;
global again_last: count = 0;

# No deadline of an accepted request is earlier than this.
global next_deadline = double_to_time(0.0);

# Given up after publication, and when the file ended: a verdict may yet come.
# Beyond max_remembered the oldest are forgotten.
global given_up: table[count] of time;
global remembered_from: count = 1;

# Credit is used up and something waits for it: ask for proof of arrival.
global proof_wanted = F;

# Something came back: trace mode measures its patience from here.
global last_progress = double_to_time(0.0);

function backlog_size(): count
	{
	return backlog_last + 1 - backlog_first;
	}

function write_given_up(p: Pending, reason: string, detail: string, now: time)
	{
	local row = row_of_request(p$r);
	row$reason = reason;
	row$detail = detail;
	row$latency = now - p$closed;
	bump(stats$reasons, reason);
	Log::write(LOG, row);
	mail_file_settled(p$r);
	}

# Give up on what was never published: the file is still ours to remove.
function give_up_unsent(p: Pending, reason: string, detail: string, now: time)
	{
	write_given_up(p, reason, detail, now);

	if ( p$r$path != "" )
		unlink(p$r$path);
	}

# Give up on what was published: the file is the daemon's, the charge stays.
function give_up(seqno: count, reason: string, detail: string, now: time)
	{
	local p = requests[seqno];
	delete requests[seqno];

	if ( seqno in unaccepted )
		{
		delete unaccepted[seqno];

		if ( p$charge > 0 )
			{
			lost_charge += p$charge;

			if ( p$r$sent > lost_until )
				lost_until = p$r$sent;
			}
		}

	++stats$given_up;
	given_up[seqno] = p$closed;

	while ( |given_up| > max_remembered )
		{
		delete given_up[remembered_from];
		++remembered_from;
		}

	write_given_up(p, reason, detail, now);
	}

# The daemon has this request, so it has left the wire.
function arrived(p: Pending)
	{
	in_flight -= p$charge;
	p$charge = 0;
	delete unaccepted[p$r$seqno];
	}

# All that was published before this time has left the wire.
function arrived_before(t: time)
	{
	for ( s in unaccepted )
		{
		local p = requests[s];

		if ( p$charge > 0 && p$r$sent < t )
			{
			in_flight -= p$charge;
			p$charge = 0;
			}
		}

	if ( lost_charge > 0 && lost_until < t )
		{
		in_flight -= lost_charge;
		lost_charge = 0;
		}
	}

# How long a request that is never accepted is worth.
function patience(): interval
	{
	return accept_timeout * ( ( 1 << max_attempts ) - 1 );
	}

function earlier(a: time, b: time): time
	{
	return a < b ? a : b;
	}

function publish_request(p: Pending, now: time)
	{
	if ( p$tries == 0 )
		p$deadline = earlier(now + patience(), p$closed + max_answer_wait);

	p$next_try = now + accept_timeout * ( 1 << p$tries );
	++p$tries;
	++p$charge;
	++in_flight;
	++p$r$attempt;
	p$r$sent = now;
	Cluster::publish(request_topic, file_request, p$r);
	}

function publish_first(p: Pending, now: time)
	{
	p$r$seqno = ++last_seqno;
	requests[last_seqno] = p;
	add unaccepted[last_seqno];
	++stats$asked;
	publish_request(p, now);
	}

function queue_again(p: Pending)
	{
	if ( p$queued )
		return;

	p$queued = T;
	again[++again_last] = p$r$seqno;
	}

# Publish what waits, as far as the credit goes.
function pump(now: time)
	{
	while ( up && in_flight < credit )
		{
		if ( again_first <= again_last )
			{
			local seqno = again[again_first];
			delete again[again_first];
			++again_first;

			if ( seqno !in requests )
				next;

			requests[seqno]$queued = F;

			if ( requests[seqno]$accepted )
				next;

			++stats$resent;
			publish_request(requests[seqno], now);
			next;
			}

		if ( backlog_first > backlog_last || |requests| >= max_open )
			break;

		local p = backlog[backlog_first];
		delete backlog[backlog_first];
		++backlog_first;
		publish_first(p, now);
		}

	proof_wanted = up && in_flight >= credit &&
	    ( again_first <= again_last || backlog_first <= backlog_last );
	}

# Take a file that ended and cannot be asked about.
function refuse(p: Pending, reason: string, detail: string)
	{
	++stats$files;
	give_up_unsent(p, reason, detail, p$closed);
	}

# Take a file that ended and is to be asked about.
function ask(p: Pending)
	{
	local now = p$closed;
	++stats$files;

	if ( ended )
		give_up_unsent(p, "timeout", "Zeek ended before it could ask", now);
	else if ( down && require_bridge )
		give_up_unsent(p, "no_bridge", "the bridge went away before the file ended", now);
	else if ( up && in_flight < credit && again_first > again_last &&
	          backlog_first > backlog_last && |requests| < max_open )
		publish_first(p, now);
	else if ( tracing || backlog_size() < max_backlog )
		backlog[++backlog_last] = p;
	else if ( down )
		give_up_unsent(p, "no_bridge", "too many requests wait for the bridge", now);
	else
		give_up_unsent(p, "overload", "too many requests wait", now);

	if ( tracing )
		trace_balance(now);
	}

function drop_backlog(reason: string, detail: string, now: time)
	{
	while ( backlog_first <= backlog_last )
		{
		local p = backlog[backlog_first];
		delete backlog[backlog_first];
		++backlog_first;
		give_up_unsent(p, reason, detail, now);
		}
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

# After a break in which messages may have been lost: send again what is not
# accepted, or with a new daemon (*everything*) all that is open.
function send_again(everything: bool)
	{
	if ( everything )
		{
		# What the old daemon had not taken went with it.
		in_flight = 0;
		lost_charge = 0;
		}

	for ( s, p in requests )
		{
		if ( everything )
			p$charge = 0;

		if ( p$accepted && ! everything )
			next;

		if ( p$accepted )
			{
			p$accepted = F;
			add unaccepted[s];
			}

		p$tries = 0;
		queue_again(p);
		}
	}

# Look at the clock: publish again what is overdue, give up what is hopeless.
function sweep(now: time)
	{
	local hopeless: vector of count;

	for ( s in unaccepted )
		{
		local p = requests[s];

		if ( now >= p$deadline )
			hopeless += s;
		else if ( up && ! p$queued && now >= p$next_try && p$tries < max_attempts )
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
			else
				next_deadline = earlier(next_deadline, r$deadline);
			}

		for ( _, r_seqno in overdue )
			give_up(r_seqno, "timeout", "no verdict by the time the bridge gave", now);
		}

	# Live, and starved of credit: what waited longest goes first.
	while ( up && ! tracing && backlog_first <= backlog_last &&
	        now - backlog[backlog_first]$closed > patience() )
		{
		local b = backlog[backlog_first];
		delete backlog[backlog_first];
		++backlog_first;
		give_up_unsent(b, "overload", "waited too long for the bridge to accept more", now);
		}

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
		p$deadline = earlier(answer_by, p$closed + max_answer_wait);
		next_deadline = earlier(next_deadline, p$deadline);

		if ( p$accepted )
			next;

		p$accepted = T;
		++stats$accepted;
		arrived(p);
		}

	pump(now);
	}
