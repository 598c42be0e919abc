##! Credit: who may be published when, and what is under way.
##!
##! A publication counts from the moment it is made until there is proof that
##! the daemon took it off the wire: it accepted the request, or answered a hello
##! that was sent later. Re-sends count too, and giving a request up frees
##! nothing. So however long the daemon hangs, no more than the credit piles up
##! in ZeroMQ's pipes, where it would stall the whole cluster.

@load ./pending

module MailScan;

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

function publish_request(p: Pending, now: time)
	{
	local r = p$r;

	if ( p$tries == 0 )
		p$since = now;

	++p$tries;
	++p$charge;
	++in_flight;
	++r$attempt;
	r$sent = now;
	Cluster::publish(request_topic, file_request, r);
	}

function publish_first(p: Pending, now: time)
	{
	local seqno = ++last_seqno;
	p$r$seqno = seqno;
	requests[seqno] = p;
	open_bytes += p$bytes;
	add unaccepted[seqno];
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

		publish_first(take_from_backlog(), now);
		}

	proof_wanted = up && in_flight >= credit &&
	    ( again_first <= again_last || backlog_first <= backlog_last );
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

	local now = current_time();

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
		p$since = now;
		queue_again(p);
		}
	}
