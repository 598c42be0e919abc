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
function in_order(room: ContextRoom, items: set[string]): vector of string
	{
	local result: vector of string;

	for ( item in items )
		{
		if ( |item| > max_context_string )
			room$cut = T;

		result += shortened(item);
		}

	if ( |result| > 1 )
		sort(result, strcmp);

	return first_items(room, result);
	}

# What a verdict echoes comes first, so that it is the last to be left out.
function mail_context(s: SMTP::Info): MailContext
	{
	local m = MailContext($trans_depth=s$trans_depth);
	local room = ContextRoom($left=max_context);

	if ( s?$mailfrom && has_room(room, s$mailfrom) )
		m$mailfrom = shortened(s$mailfrom);

	if ( s?$msg_id && has_room(room, s$msg_id) )
		m$msg_id = shortened(s$msg_id);

	if ( s?$subject && has_room(room, s$subject) )
		m$subject = shortened(s$subject);

	if ( s?$rcptto )
		m$rcptto = in_order(room, s$rcptto);

	if ( s?$from && has_room(room, s$from) )
		m$from = shortened(s$from);

	if ( s?$reply_to && has_room(room, s$reply_to) )
		m$reply_to = shortened(s$reply_to);

	if ( s?$helo && has_room(room, s$helo) )
		m$helo = shortened(s$helo);

	if ( s?$date && has_room(room, s$date) )
		m$date = shortened(s$date);

	if ( s?$first_received && has_room(room, s$first_received) )
		m$first_received = shortened(s$first_received);

	if ( s?$user_agent && has_room(room, s$user_agent) )
		m$user_agent = shortened(s$user_agent);

	if ( s?$path )
		{
		local path: vector of string;

		for ( i, hop in s$path )
			{
			if ( i > max_context_items )
				break;

			path += cat(hop);
			}

		m$path = first_items(room, path);
		}

	if ( s?$to )
		m$to = in_order(room, s$to);

	if ( s?$cc )
		m$cc = in_order(room, s$cc);

	m$cut = room$cut;
	return m;
	}

# What hooks added, within the bounds: an entry that goes beyond them is left out
# whole, since half a value is another value.
function bound_meta(r: FileRequest)
	{
	if ( |r$meta| == 0 )
		return;

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
