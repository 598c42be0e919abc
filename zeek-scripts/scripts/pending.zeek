##! What is asked and has no first row yet, and how it is given up.

@load ./log
@load ./news

module MailScan;

# One request, from the end of its file to its first row.
type Pending: record {
	r: FileRequest;
	# Its connection's addresses as Zeek has them, which saves making them once more.
	id: conn_id &optional;
	# Zeek's own description of the file.
	desc: string &default="";
	# The mail that it is, or is a part of.
	mail_files: MailFiles &optional;
	# Bytes of it on the disk.
	bytes: count &default=0;
	# Wall clock at which the file ended.
	closed: time;
	accepted: bool &default=F;
	# Accepted once, by whichever daemon.
	counted: bool &default=F;
	# For the log alone.
	md5: string &optional;
	first_bytes: string &optional;
	# In line to be sent again.
	queued: bool &default=F;
	# Publications without proof that they arrived.
	charge: count &default=0;
	# Publications since the last new epoch.
	tries: count &default=0;
	# While not accepted: since when it should be, by the wall clock.
	since: time &optional;
	# Once accepted: when to give up.
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

# Bytes of the files of both.
global open_bytes: count = 0;

# To be published again, in order.
global again: table[count] of count;
global again_first: count = 1;
global again_last: count = 0;

# No deadline of an accepted request is earlier than this.
global next_deadline = double_to_time(0.0);

# Given up after publication, and when the file ended: a verdict may yet come.
# Beyond max_remembered those given up first are forgotten: their order, entries
# first..last, and the highest number among them.
global given_up: table[count] of time;
global remembered: table[count] of count;
global remembered_first: count = 1;
global remembered_last: count = 0;
global forgotten_to: count = 0;

# Credit is used up and something waits for it: ask for proof of arrival.
global proof_wanted = F;

# Something came back: trace mode measures its patience from here.
global last_progress = double_to_time(0.0);

# The wall clock was stepped back by so much: what was noted of it is put back too,
# or nothing would be due for that long. Since when it was looked at.
global clock_stepped_back: hook(by: interval);
global last_clock = double_to_time(0.0);

# Called at each look at the clock.
function check_clock(now: time)
	{
	if ( now < last_clock )
		hook clock_stepped_back(last_clock - now);

	last_clock = now;
	}

function backlog_size(): count
	{
	return backlog_last + 1 - backlog_first;
	}

# So many bytes more than may be open.
function over_bytes(more: count): bool
	{
	return max_open_bytes > 0 && open_bytes + more > max_open_bytes;
	}

function add_to_backlog(p: Pending)
	{
	backlog[++backlog_last] = p;
	open_bytes += p$bytes;
	}

# What waited longest.
function take_from_backlog(): Pending
	{
	local p = backlog[backlog_first];
	delete backlog[backlog_first];
	++backlog_first;
	open_bytes -= p$bytes;
	return p;
	}

# What a row says of the file, as far as Zeek knows it.
function row_of(p: Pending): Info
	{
	local r = p$r;
	local row = Info($ts=r$ts, $status="first", $verdict="unscanned",
	    $fuid=r$fuid, $kind=r$kind, $source=r$source, $bytes=r$seen_bytes,
	    $complete=r$complete, $node=r$node, $incarnation=r$incarnation);

	if ( r$seqno > 0 )
		{
		row$seqno = r$seqno;
		row$attempts = r$attempt;
		}

	if ( r?$uid )
		row$uid = r$uid;

	if ( r?$parent_fuid )
		row$parent_fuid = r$parent_fuid;

	if ( r?$is_orig )
		row$is_orig = r$is_orig;

	if ( r?$filename )
		row$filename = r$filename;

	if ( r?$mime_type )
		row$mime_type = r$mime_type;

	if ( r?$sha256 )
		row$sha256 = r$sha256;

	if ( r?$mail )
		{
		local m = r$mail;
		row$rcptto = m$rcptto;

		if ( m?$mailfrom )
			row$mailfrom = m$mailfrom;

		if ( m?$subject )
			row$subject = m$subject;

		if ( m?$msg_id )
			row$msg_id = m$msg_id;
		}

	if ( p?$id )
		row$id = p$id;
	else if ( r?$orig_h )
		row$id = conn_id($orig_h=r$orig_h, $orig_p=r$orig_p, $resp_h=r$resp_h,
		    $resp_p=r$resp_p);

	if ( p?$md5 )
		row$md5 = p$md5;

	if ( p?$first_bytes )
		row$first_bytes = p$first_bytes;

	return row;
	}

function write_given_up(p: Pending, reason: string, detail: string, now: time)
	{
	local row = row_of(p);
	row$reason = reason;
	row$detail = detail;
	row$latency = now - p$closed;
	bump(stats$reasons, reason);
	Log::write(LOG, row);

	if ( p?$mail_files )
		mail_file_settled(p$mail_files);
	}

# Give up on what was never published: the file is still ours to remove.
function give_up_unsent(p: Pending, reason: string, detail: string, now: time)
	{
	write_given_up(p, reason, detail, now);

	if ( p$r$path != "" )
		unlink(p$r$path);
	}

# Remove the file of a request that no daemon accepted, lest daemons that accept
# nothing fill the disk: whoever comes for it later finds none, and says so. It may
# have been taken and the word of it lost.
function remove_unaccepted(p: Pending, now: time)
	{
	if ( p$counted || p$r$path == "" )
		return;

	# At Zeek's end a daemon that is well is just about to take it.
	if ( ended && up && p$tries == 1 && now - p$r$sent < accept_timeout )
		return;

	if ( file_size(p$r$path) >= 0.0 )
		unlink(p$r$path);
	}

function remember_given_up(seqno: count, closed: time)
	{
	given_up[seqno] = closed;
	remembered[++remembered_last] = seqno;

	if ( remembered_last + 1 - remembered_first <= max_remembered )
		return;

	local oldest = remembered[remembered_first];
	delete remembered[remembered_first];
	++remembered_first;

	if ( oldest !in given_up )
		return;

	delete given_up[oldest];
	++stats$forgotten;

	if ( oldest > forgotten_to )
		forgotten_to = oldest;
	}

# Give up on what was published: what was accepted is the daemon's, the charge stays.
function give_up(seqno: count, reason: string, detail: string, now: time)
	{
	local p = requests[seqno];
	delete requests[seqno];
	open_bytes -= p$bytes;

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
	remember_given_up(seqno, p$closed);
	write_given_up(p, reason, detail, now);
	remove_unaccepted(p, now);
	}
