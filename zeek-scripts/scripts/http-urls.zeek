##! URLs of HTTP requests, asked about when the request is complete: before most
##! of the answer has come.

@load base/protocols/http
@load ./url-parts
@load ./urls

module MailScan;

event http_message_done(c: connection, is_orig: bool, stat: http_message_stat) &priority=3
	{
	if ( ! asking || ! is_orig || "HTTP" !in url_sources || ! c?$http || ! c$http?$uri )
		return;

	ask_about_url(c, "HTTP", requested_url(c$http), requested_host(c$http),
	    c$http?$username ? c$http$username : "", "");
	}
