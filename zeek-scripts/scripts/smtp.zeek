##! Mail: the whole message and each MIME entity, with the envelope and the
##! headers that Zeek has, raw.
##!
##! What Zeek knows of a mail is copied when a file of it ends, which is before
##! the server's answer to the mail comes. Where a client pipelines mails, or
##! packets are missing, it may be another mail's.

@load base/protocols/smtp
@load ./files

module MailScan;

redef SMTP::enable_rfc822_msg_file_analysis = T;

redef record SMTP::Entity += {
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
	if ( ! asking || f$source != "SMTP" || "SMTP" !in sources || ! c?$smtp )
		return;

	local state = state_of(f);

	if ( c$smtp?$rfc822_msg_fuid && f$id == c$smtp$rfc822_msg_fuid )
		{
		state$kind = "message";
		mail_file_comes(f$id);
		return;
		}

	state$kind = "part";

	if ( c$smtp?$entity && c$smtp$entity?$mailscan_type )
		state$declared_type = c$smtp$entity$mailscan_type;
	}

# In an order that does not change from run to run.
function in_order(s: set[string]): vector of string
	{
	local v: vector of string;

	for ( x in s )
		v += x;

	if ( |v| > 1 )
		sort(v, strcmp);

	return v;
	}

function mail_context(s: SMTP::Info): MailContext
	{
	local m = MailContext($trans_depth=s$trans_depth);

	if ( s?$helo )
		m$helo = s$helo;

	if ( s?$mailfrom )
		m$mailfrom = s$mailfrom;

	if ( s?$rcptto )
		m$rcptto = in_order(s$rcptto);

	if ( s?$from )
		m$from = s$from;

	if ( s?$to )
		m$to = in_order(s$to);

	if ( s?$cc )
		m$cc = in_order(s$cc);

	if ( s?$reply_to )
		m$reply_to = s$reply_to;

	if ( s?$subject )
		m$subject = s$subject;

	if ( s?$msg_id )
		m$msg_id = s$msg_id;

	if ( s?$date )
		m$date = s$date;

	if ( s?$first_received )
		m$first_received = s$first_received;

	if ( s?$user_agent )
		m$user_agent = s$user_agent;

	return m;
	}

hook add_context(f: fa_file, c: connection, p: Pending)
	{
	if ( f$source == "SMTP" && c?$smtp )
		p$r$mail = mail_context(c$smtp);
	}
