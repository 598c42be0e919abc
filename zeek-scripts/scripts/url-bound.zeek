##! How many lookups of URLs may be open. Nothing proves that a lookup arrived but
##! its answer, and one that is given up may still lie in the way of others: so the
##! bound halves when a wait for an answer ends and nothing has been answered since
##! the lookup was made, and doubles with each answer. Who does not answer at all
##! gets, after that, one lookup now and then, ever more seldom: twice the bound
##! and a few more are all that can pile up before somebody who is stopped.

@load ./share
@load ./url-options

module MailScan;

# The bound is divided by this: doubled by a wait that brought no answer, halved by
# each answer.
global url_divisor: count = 1;

# When an answer came last, and when one lookup may be made where none else may.
global url_answered = double_to_time(0.0);
global url_probe_at = double_to_time(0.0);
global url_probe_gap = 0sec;

const longest_url_probe_gap = 10min;

function url_share(): count
	{
	local most = share_of(max_credit_of_all / 4, max_open_urls);

	# A trace is held instead, well below this.
	return tracing && most < 2 * trace_max_open ? 2 * trace_max_open : most;
	}

function url_bound(now: time): count
	{
	local bound = url_share() / url_divisor;
	return bound == 0 && max_open_urls > 0 && now >= url_probe_at ? 1 : bound;
	}

# Lookups were given up, the last of which was made at this time.
function note_url_silence(sent: time, now: time)
	{
	if ( url_answered >= sent )
		return;

	if ( url_share() >= url_divisor )
		{
		url_divisor = 2 * url_divisor;
		url_probe_gap = url_timeout;
		}
	else
		url_probe_gap = url_probe_gap * 2.0 > longest_url_probe_gap ? longest_url_probe_gap :
		    url_probe_gap * 2.0;

	url_probe_at = now + url_probe_gap;
	}

function note_url_answer(now: time)
	{
	url_answered = now;

	if ( url_divisor > 1 )
		url_divisor = url_divisor / 2;
	}
