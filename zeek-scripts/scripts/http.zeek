##! HTTP: what is sent in both directions, requests' bodies and answers' alike.

@load base/protocols/http
@load ./files

module MailScan;

redef record HTTP::Entity += {
	# Content-Type as declared.
	mailscan_type: string &optional;
};

redef record HTTP::Info += {
	# The request, or the answer, broke off.
	mailscan_broke_off: set[bool] &optional;
	# The answer's end is that of its last chunk.
	mailscan_chunked: set[bool] &optional;
};

event http_header(c: connection, is_orig: bool, name: string, value: string) &priority=2
	{
	if ( ! c?$http )
		return;

	if ( name == "CONTENT-TYPE" && c$http?$current_entity )
		c$http$current_entity$mailscan_type = value;
	else if ( name == "TRANSFER-ENCODING" && /[cC][hH][uU][nN][kK][eE][dD]/ in value )
		{
		if ( ! c$http?$mailscan_chunked )
			c$http$mailscan_chunked = set();

		add c$http$mailscan_chunked[is_orig];
		}
	}

event http_message_done(c: connection, is_orig: bool, stat: http_message_stat) &priority=10
	{
	if ( ! asking || ! c?$http )
		return;

	# With its last chunk a body ends normally, whatever becomes of the connection.
	if ( ! stat$interrupted && ( ! c$http?$mailscan_chunked || is_orig !in c$http$mailscan_chunked ||
	                             stat$finish_msg == "message ends normally" ) )
		return;

	if ( ! c$http?$mailscan_broke_off )
		c$http$mailscan_broke_off = set();

	add c$http$mailscan_broke_off[is_orig];
	}

hook ended_well(f: fa_file, c: connection)
	{
	if ( f$source == "HTTP" && f?$http && f?$is_orig && f$http?$mailscan_broke_off &&
	     f$is_orig in f$http$mailscan_broke_off )
		break;
	}

event file_over_new_connection(f: fa_file, c: connection, is_orig: bool) &priority=-5
	{
	if ( ! asking || f$source != "HTTP" || "HTTP" !in sources || ! c?$http )
		return;

	if ( c$http?$current_entity && c$http$current_entity?$mailscan_type )
		state_of(f)$declared_type = c$http$current_entity$mailscan_type;
	}

hook add_context(f: fa_file, c: connection, p: Pending)
	{
	if ( f$source == "HTTP" && f?$http )
		p$desc = HTTP::build_url_http(f$http);
	}
