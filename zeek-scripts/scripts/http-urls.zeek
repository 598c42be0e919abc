##! URLs of HTTP requests, asked about when the request is complete: before most
##! of the answer has come.

@load base/protocols/http
@load ./urls

module MailScan;

event http_message_done(c: connection, is_orig: bool, stat: http_message_stat) &priority=3
	{
	if ( ! asking || ! is_orig || "HTTP" !in url_sources || ! c?$http || ! c$http?$uri )
		return;

	local host = c$http?$host ? c$http$host : "";
	ask_about_url(c, "HTTP", HTTP::build_url_http(c$http), host,
	    c$http?$username ? c$http$username : "", "");
	}
