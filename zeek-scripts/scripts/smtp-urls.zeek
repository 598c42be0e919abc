##! URLs in the text of mails, as far as they stand on one line. The daemon finds
##! the others when it scans the mail.

@load base/protocols/smtp
@load base/utils/urls
@load ./smtp
@load ./url-parts
@load ./urls

module MailScan;

redef record FileState += {
	# URLs of it that were asked about.
	urls: set[string] &optional;
};

# Up to the end of a host that is an address in brackets.
const bracketed_host = /^[a-zA-Z][a-zA-Z0-9+.\-]*:\/\/([^\/?#@\[\]]*@)?\[[0-9a-fA-F:.]+\]/;

global url_text: event(f: fa_file, data: string);

event url_text(f: fa_file, data: string)
	{
	if ( /:\/\// !in data || ! f?$conns )
		return;

	local state = state_of(f);

	if ( ! state?$urls )
		state$urls = set();

	# What was decoded comes with the ends of its lines.
	for ( url in find_all_urls(/\n/ in data ? gsub(data, /[\r\n]+/, " ") : data) )
		{
		if ( |state$urls| >= max_urls_per_file )
			{
			bump(url_stats$not_asked, "limits");
			next;
			}

		# One byte more than is asked about, so that it shows that it was cut.
		local trimmed = |url| > max_url_length ? url[0:max_url_length + 1] : url;

		# Text goes on behind it: a bracket, a quote, the end of a sentence.
		local host_end = match_pattern(trimmed, bracketed_host);
		local head = host_end$matched && host_end$off == 1 ? |host_end$str| : 0;
		trimmed = trimmed[0:head] + sub(trimmed[head:], /[<>\"'\)\]](.|\n)*/, "");

		if ( |trimmed| <= max_url_length )
			trimmed = rstrip(trimmed, ".,;:!?");

		if ( trimmed in state$urls )
			next;

		add state$urls[trimmed];

		for ( _, c in f$conns )
			{
			ask_about_url(c, "SMTP", trimmed, host_of_url(trimmed),
			    c?$smtp && c$smtp?$mailfrom ? c$smtp$mailfrom : "", f$id);
			break;
			}
		}
	}

event file_sniff(f: fa_file, meta: fa_metadata) &priority=-6
	{
	# The whole message would have the same URLs again.
	if ( |url_sources| > 0 && asking && f$source == "SMTP" && "SMTP" in url_sources &&
	     state_of(f)$kind == "part" && meta?$mime_type && /^text\// in meta$mime_type )
		Files::add_analyzer(f, Files::ANALYZER_DATA_EVENT, Files::AnalyzerArgs($stream_event=url_text));
	}
