##! HTTP: what is sent in both directions, requests' bodies and answers' alike.

@load base/protocols/http
@load ./files

module MailScan;

redef record HTTP::Entity += {
	# Content-Type as declared.
	mailscan_type: string &optional;
};

event http_header(c: connection, is_orig: bool, name: string, value: string) &priority=2
	{
	if ( name == "CONTENT-TYPE" && c?$http && c$http?$current_entity )
		c$http$current_entity$mailscan_type = value;
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
