##! HTTP: what is sent in both directions, requests' bodies and answers' alike.

@load base/protocols/http
@load ./files
@load ./url-parts

module MailScan;

redef record HTTP::Entity += {
	# Content-Type as declared.
	mailscan_type: string &optional;
};

# What goes one way: a request, or an answer. Zeek's own record is of both, and where
# requests are pipelined it may be another's.
type HttpMessage: record {
	# Its end is that of its last chunk.
	chunked: bool &default=F;
	# It broke off.
	broke_off: bool &default=F;
	# It is a piece of something, and Zeek does not know which.
	piece: bool &default=F;
};

redef record connection += {
	# The request, and the answer, that goes over it; none before there is something to
	# say of it.
	mailscan_request: HttpMessage &optional;
	mailscan_answer: HttpMessage &optional;
};

redef record FileState += {
	# The message that it came in.
	http: HttpMessage &optional;
};

function http_message_of(c: connection, is_orig: bool): HttpMessage
	{
	if ( is_orig )
		{
		if ( ! c?$mailscan_request )
			c$mailscan_request = HttpMessage();

		return c$mailscan_request;
		}

	if ( ! c?$mailscan_answer )
		c$mailscan_answer = HttpMessage();

	return c$mailscan_answer;
	}

event http_reply(c: connection, version: string, code: count, reason: string)
	{
	if ( code == 206 )
		http_message_of(c, F)$piece = T;
	}

# As Zeek reads it: then it knows where the piece belongs.
const known_range = /^bytes +[0-9]+ *- *[0-9]+ *\/ *([0-9]+|\*) *$/;

event conn_weird(name: string, c: connection, addl: string)
	{
	if ( /^HTTP_(non_positive_)?content_range/ in name && c?$mailscan_answer )
		c$mailscan_answer$piece = T;
	}

event http_header(c: connection, is_orig: bool, name: string, value: string) &priority=2
	{
	if ( name == "CONTENT-TYPE" )
		{
		if ( c?$http && c$http?$current_entity )
			c$http$current_entity$mailscan_type = value;
		}
	else if ( name == "TRANSFER-ENCODING" && /[cC][hH][uU][nN][kK][eE][dD]/ in value )
		http_message_of(c, is_orig)$chunked = T;
	else if ( name == "CONTENT-RANGE" && ! is_orig && known_range in value )
		http_message_of(c, F)$piece = F;
	}

event http_message_done(c: connection, is_orig: bool, stat: http_message_stat)
	{
	local m: HttpMessage;

	if ( is_orig )
		{
		if ( ! c?$mailscan_request )
			return;

		m = c$mailscan_request;
		delete c$mailscan_request;
		}
	else
		{
		if ( ! c?$mailscan_answer )
			return;

		m = c$mailscan_answer;
		delete c$mailscan_answer;
		}

	# With its last chunk a body ends normally, whatever becomes of the connection.
	if ( stat$interrupted || ( m$chunked && stat$finish_msg != "message ends normally" ) )
		m$broke_off = T;
	}

hook ended_well(f: fa_file, c: connection)
	{
	if ( f$source == "HTTP" && f$mailscan?$http && f$mailscan$http$broke_off )
		break;
	}

event file_over_new_connection(f: fa_file, c: connection, is_orig: bool) &priority=-5
	{
	if ( ! asking || f$source != "HTTP" || "HTTP" !in sources )
		return;

	local state = state_of(f);
	state$http = http_message_of(c, is_orig);

	if ( c?$http && c$http?$current_entity && c$http$current_entity?$mailscan_type )
		state$declared_type = c$http$current_entity$mailscan_type;
	}

hook add_context(f: fa_file, c: connection, p: Pending)
	{
	if ( f$source != "HTTP" )
		return;

	if ( f?$http && f$http?$uri )
		p$desc = requested_url(f$http);

	if ( f$mailscan?$http && f$mailscan$http$piece )
		p$r$complete = F;
	}
