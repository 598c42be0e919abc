##! Mail: the whole message and each MIME entity, with the envelope and the
##! headers that Zeek has, raw.
##!
##! What Zeek knows of a mail is copied once, when its first part begins, so after
##! its headers; where packets are missing, it may be another mail's.

@load base/protocols/smtp
@load ./files
@load ./url-options

module MailScan;

redef SMTP::enable_rfc822_msg_file_analysis = T;

# One mail, as it goes over the wire.
type MailState: record {
	# The end of its data was seen.
	ended: bool &default=F;
	# A chunk of it broke off, so that whatever ends it ends no whole mail.
	broken: bool &default=F;
	# Something of it was seen.
	begun: bool &default=F;
	# Its whole message is there as a file of Zeek's. While it is silent for long Zeek
	# gives that up, and makes another, of the rest, when it goes on.
	there: bool &default=T;
	# Parts that were to be asked about so far.
	parts: count &default=0;
	# Those that have no first row.
	files: MailFiles;
	# Its envelope and headers, once a part of it begins.
	context: MailContext &optional;
	# The part that ended last, while it may have broken off.
	held: Pending &optional;
	held_file: fa_file &optional;
};

global mail_through: event(mail: MailState);

global settle_held: function(mail: MailState, complete: bool);

redef record connection += {
	# The mail that goes over it, or went last.
	mailscan_mail: MailState &optional;
	# The chunk that is announced is the mail's last.
	mailscan_last_chunk: bool &default=F;
};

redef record FileState += {
	# The mail that it is, or is a part of.
	mail: MailState &optional;
	# It is the rest of what Zeek gave up.
	rest: bool &default=F;
};

# One connection may have any number of these; the 26th is as good as the first.
redef Weird::sampling_whitelist += {
	"smtp_bdat_undelivered_at_done",
	"smtp_bdat_remaining_at_end_data"
};

redef record SMTP::Entity += {
	# A file of it has come.
	mailscan_seen: bool &default=F;
	# Content-Type as declared.
	mailscan_type: string &optional;
};

event mime_one_header(c: connection, h: mime_header_rec) &priority=3
	{
	if ( h$name == "CONTENT-TYPE" && c?$smtp && c$smtp?$entity )
		c$smtp$entity$mailscan_type = h$value;
	}

# Zeek's own handler, at priority 5, says which file is the whole message.
event file_over_new_connection(f: fa_file, c: connection, is_orig: bool) &priority=-5
	{
	if ( ! asking || f$source != "SMTP" || ! c?$smtp )
		return;

	local wanted = "SMTP" in sources;

	if ( ! wanted && "SMTP" !in url_sources )
		return;

	if ( ! f?$mailscan )
		f$mailscan = FileState();

	local state = f$mailscan;
	local whole = c$smtp?$rfc822_msg_fuid && f$id == c$smtp$rfc822_msg_fuid;

	# Files of connections that began in the same microsecond may be one for Zeek: it
	# stays what it was for the first of them.
	if ( state?$mail )
		{
		if ( whole )
			c$mailscan_mail = state$mail;

		return;
		}

	state$kind = whole ? "message" : "part";

	# Its URLs are, and need no more than this.
	if ( ! wanted )
		return;

	if ( whole )
		{
		if ( c?$mailscan_mail && c$mailscan_mail$files$fuid == f$id )
			{
			state$mail = c$mailscan_mail;
			state$mail$there = T;
			state$rest = state$mail$begun;
			}
		else
			state$mail = MailState($ended=c$mailscan_last_chunk, $files=MailFiles($fuid=f$id));

		state$mail_files = state$mail$files;
		++state$mail_files$open;
		c$mailscan_mail = state$mail;
		return;
		}

	if ( c?$mailscan_mail )
		{
		local mail = c$mailscan_mail;
		state$mail = mail;
		state$mail_files = mail$files;

		if ( ! mail?$context )
			mail$context = mail_context(c$smtp);

		if ( mail?$held )
			settle_held(mail, T);
		}

	if ( ! c$smtp?$entity )
		return;

	local entity = c$smtp$entity;
	state$rest = entity$mailscan_seen;
	entity$mailscan_seen = T;

	if ( entity?$mailscan_type )
		state$declared_type = entity$mailscan_type;
	}

hook add_context(f: fa_file, c: connection, p: Pending)
	{
	if ( f$source != "SMTP" || ! c?$smtp )
		return;

	local state = f$mailscan;

	# One context for all files of a mail, which one without parts has not yet.
	if ( state?$mail && state$mail?$context )
		p$r$mail = state$mail$context;
	else
		p$r$mail = mail_context(c$smtp);

	if ( state$rest )
		p$r$complete = F;
	# Its end was seen, and after that nothing more.
	else if ( p$r$timedout && state$kind == "message" && state?$mail && state$mail$ended &&
	          p$r$missing_bytes == 0 && p$r$overflow_bytes == 0 && ! p$r$cutoff )
		p$r$complete = T;
	}

hook within_limits(f: fa_file)
	{
	local state = f$mailscan;

	if ( state$kind != "part" || ! state?$mail || ++state$mail$parts <= max_parts_per_mail )
		return;

	state$refused = "limits";
	state$refused_because = fmt("its mail has more than %d parts", max_parts_per_mail);
	break;
	}

# The dot, or the last chunk.
event smtp_request(c: connection, is_orig: bool, command: string, arg: string)
	{
	if ( ! asking )
		return;

	c$mailscan_last_chunk = command == "BDAT" && / [lL][aA][sS][tT]$/ in arg;

	if ( c?$mailscan_mail && ! c$mailscan_mail$broken && ( command == "." || c$mailscan_last_chunk ) )
		c$mailscan_mail$ended = T;
	}

# A chunk broke off.
event conn_weird(name: string, c: connection, addl: string)
	{
	if ( c?$mailscan_mail && ( name == "smtp_bdat_undelivered_at_done" ||
	     name == "smtp_bdat_remaining_at_end_data" ) )
		{
		c$mailscan_mail$broken = T;
		c$mailscan_mail$ended = F;
		}
	}

# The last part is settled: the next one began, or the mail is through.
function settle_held(mail: MailState, complete: bool)
	{
	local p = mail$held;
	local f = mail$held_file;
	delete mail$held;
	delete mail$held_file;

	p$r$complete = complete;
	p$closed = current_time();
	settle_file(f, p);
	}

# A part that was followed by another was seen to its end; the last one ends where
# the mail does, by a boundary or because no more came.
hook hold_back(f: fa_file, p: Pending)
	{
	local state = f$mailscan;

	if ( state$kind != "part" || ! state?$mail || ! state$mail$there )
		return;

	if ( state$mail?$held )
		settle_held(state$mail, T);

	state$mail$held = p;
	state$mail$held_file = f;
	break;
	}

event mail_through(mail: MailState)
	{
	if ( mail?$held )
		settle_held(mail, mail$ended);
	}

event file_state_remove(f: fa_file)
	{
	if ( ! asking || ! f?$mailscan || f$mailscan$kind != "message" || ! f$mailscan?$mail )
		return;

	local mail = f$mailscan$mail;
	mail$there = F;

	if ( f$seen_bytes + f$missing_bytes > 0 )
		mail$begun = T;

	event mail_through(mail);
	}

hook ended_well(f: fa_file, c: connection)
	{
	local state = f$mailscan;

	# What comes of a part when its mail is gone is what was left when that broke off.
	if ( state?$mail && ! state$mail$ended && ( state$kind == "message" || ! state$mail$there ) )
		break;
	}
