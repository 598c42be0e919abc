##! What a URL is, as it stands on the wire: requests name it in three ways (RFC
##! 9112, 3.2), and hosts may be addresses in brackets (RFC 3986, 3.2.2).

@load base/protocols/http

module MailScan;

# The host that a URL names: without user, port and path; an IPv6 address in its
# brackets. What has no scheme is taken to begin with the host.
function host_of_url(url: string): string
	{
	local rest = sub(url, /^([a-zA-Z][a-zA-Z0-9+.\-]*:\/\/)?([^\/?#@]*@)*/, "");

	if ( starts_with(rest, "[") )
		return sub(rest, /\](.|\n)*$/, "]");

	return sub(rest, /[\/?#:](.|\n)*$/, "");
	}

function is_whole_url(uri: string): bool
	{
	return /^[a-zA-Z][a-zA-Z0-9+.\-]*:\/\// in uri;
	}

# What a request asks for. A proxy is asked for a whole URL, or for a connection to
# a host and port.
function requested_url(h: HTTP::Info): string
	{
	if ( h?$method && h$method == "CONNECT" )
		return fmt("https://%s/", h$uri);

	return is_whole_url(h$uri) ? h$uri : HTTP::build_url_http(h);
	}

# Whom it asks that of: what the URL says, whatever the header does.
function requested_host(h: HTTP::Info): string
	{
	if ( is_whole_url(h$uri) || ( h?$method && h$method == "CONNECT" ) )
		return host_of_url(h$uri);

	return h?$host ? h$host : "";
	}
