##! What is sent along with a file: names and headers from the wire, which whoever
##! sends them makes as long as Zeek's lines (16 MB) and lists (1000) go, and what
##! the user's hooks add. All of it is bounded here, since each part of a mail
##! repeats it.

@load base/protocols/smtp
@load ./main

module MailScan;

# What a string costs besides its bytes, here as at the daemon.
const context_item: count = 32;

# How much may be added yet.
type ContextRoom: record {
	left: count;
	# Something was cut, or left out.
	cut: bool &default=F;
};

# The beginning of what is too long.
function shortened(s: string): string
	{
	return |s| > max_context_string ? s[0:max_context_string] : s;
	}

# Takes room for the beginning of a string; F: there is none.
function has_room(room: ContextRoom, s: string): bool
	{
	local needed = context_item + ( |s| > max_context_string ? max_context_string : |s| );

	if ( |s| > max_context_string )
		room$cut = T;

	if ( needed > room$left )
		{
		room$cut = T;
		return F;
		}

	room$left -= needed;
	return T;
	}

# The first items of a list, in no more than half of what is left.
function first_items(room: ContextRoom, items: vector of string): vector of string
	{
	local result: vector of string;
	local share = ContextRoom($left=room$left / 2);
	room$left -= share$left;

	for ( _, item in items )
		{
		if ( |result| >= max_context_items || ! has_room(share, item) )
			{
			share$cut = T;
			break;
			}

		result += shortened(item);
		}

	room$left += share$left;
	room$cut = room$cut || share$cut;
	return result;
	}

# Of what Zeek holds as a set, a vector in an order that does not change from run to run.
function in_order(items: set[string]): vector of string
	{
	local result: vector of string;

	for ( item in items )
		result += item;

	if ( |result| > 1 )
		sort(result, strcmp);

	return result;
	}

# As nearly every mail's does: it is within every bound as it is.
function fits(m: MailContext): bool
	{
	local items = |m$rcptto| + |m$to| + |m$cc| + |m$path|;

	if ( items > max_context_items )
		return F;

	# No less than all its strings together.
	local size = |cat(m)|;
	return size <= max_context_string &&
	    size + context_item * ( 10 + items ) <= max_context;
	}

# Cuts what is too long. What a verdict echoes comes first, so that it is the last to
# be left out.
function bounded(m: MailContext): MailContext
	{
	local r = MailContext($trans_depth=m$trans_depth);
	local room = ContextRoom($left=max_context);

	if ( m?$mailfrom && has_room(room, m$mailfrom) )
		r$mailfrom = shortened(m$mailfrom);

	if ( m?$msg_id && has_room(room, m$msg_id) )
		r$msg_id = shortened(m$msg_id);

	if ( m?$subject && has_room(room, m$subject) )
		r$subject = shortened(m$subject);

	r$rcptto = first_items(room, m$rcptto);

	if ( m?$from && has_room(room, m$from) )
		r$from = shortened(m$from);

	if ( m?$reply_to && has_room(room, m$reply_to) )
		r$reply_to = shortened(m$reply_to);

	if ( m?$helo && has_room(room, m$helo) )
		r$helo = shortened(m$helo);

	if ( m?$date && has_room(room, m$date) )
		r$date = shortened(m$date);

	if ( m?$first_received && has_room(room, m$first_received) )
		r$first_received = shortened(m$first_received);

	if ( m?$user_agent && has_room(room, m$user_agent) )
		r$user_agent = shortened(m$user_agent);

	r$path = first_items(room, m$path);
	r$to = first_items(room, m$to);
	r$cc = first_items(room, m$cc);
	r$cut = room$cut;

	if ( r$cut )
		++stats$context_cut;

	return r;
	}

# Made for each mail, in the path of packets: so first as it is, without further calls.
function mail_context(s: SMTP::Info): MailContext
	{
	local m = MailContext($trans_depth=s$trans_depth);

	if ( s?$mailfrom )
		m$mailfrom = s$mailfrom;

	if ( s?$msg_id )
		m$msg_id = s$msg_id;

	if ( s?$subject )
		m$subject = s$subject;

	if ( s?$rcptto )
		m$rcptto = in_order(s$rcptto);

	if ( s?$from )
		m$from = s$from;

	if ( s?$reply_to )
		m$reply_to = s$reply_to;

	if ( s?$helo )
		m$helo = s$helo;

	if ( s?$date )
		m$date = s$date;

	if ( s?$first_received )
		m$first_received = s$first_received;

	if ( s?$user_agent )
		m$user_agent = s$user_agent;

	if ( s?$path )
		for ( i, hop in s$path )
			{
			if ( i > max_context_items )
				break;

			m$path += cat(hop);
			}

	if ( s?$to )
		m$to = in_order(s$to);

	if ( s?$cc )
		m$cc = in_order(s$cc);

	return fits(m) ? m : bounded(m);
	}

# What hooks added, within the bounds: an entry that goes beyond them is left out
# whole, since half a value is another value.
function bound_meta(r: FileRequest)
	{
	local keys: vector of string;

	for ( k in r$meta )
		keys += k;

	if ( |keys| > 1 )
		sort(keys, strcmp);

	local room = ContextRoom($left=max_context);
	local kept = 0;

	for ( _, key in keys )
		{
		local value = r$meta[key];

		if ( kept < max_context_items && |value| <= max_context_string &&
		     /^[A-Za-z0-9_.\-]{1,64}$/ == key && has_room(room, key) && has_room(room, value) )
			{
			++kept;
			next;
			}

		delete r$meta[key];
		tell_once("mailscan_meta_left_out", fmt("%s: %d bytes", key, |value|));
		}
	}
