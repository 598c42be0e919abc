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

# Of what Zeek holds as a set, a vector in an order that does not change from run to run.
function mail_context(s: SMTP::Info): MailContext
	{
	local m = MailContext($trans_depth=s$trans_depth);

	if ( s?$helo )
		m$helo = s$helo;

	if ( s?$mailfrom )
		m$mailfrom = s$mailfrom;

	if ( s?$rcptto )
		{
		for ( rcpt in s$rcptto )
			m$rcptto += rcpt;

		if ( |s$rcptto| > 1 )
			sort(m$rcptto, strcmp);
		}

	if ( s?$from )
		m$from = s$from;

	if ( s?$to )
		{
		for ( to in s$to )
			m$to += to;

		if ( |s$to| > 1 )
			sort(m$to, strcmp);
		}

	if ( s?$cc )
		{
		for ( cc in s$cc )
			m$cc += cc;

		if ( |s$cc| > 1 )
			sort(m$cc, strcmp);
		}

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
