# @TEST-DOC: URLs in decoded text end where the line does; what stands behind them is trimmed in no time, however much it is; a file that has had its share costs nothing more.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/urls.pcap %INPUT | grep '^url' | sort > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit/requests

redef MailScan::url_sources += { "SMTP" };
redef MailScan::max_urls_per_file = 306;
redef MailScan::max_open_urls = 1000;

module MailScan;

global begun = F;
global dotted: table[string] of count &default=0;
global text_done: event(begun_at: time);

hook url_policy(c: connection, r: UrlRequest)
	{
	if ( begun )
		if ( ++dotted[r$host] <= 2 )
			print fmt("url %s of %d bytes, host %s", r$url[0:30], |r$url|, r$host);
	}

event url_text(f: fa_file, data: string) &priority=10
	{
	if ( begun )
		return;

	begun = T;
	state_of(f)$urls = set();

	# Zeek looks for URLs in no more than 10000 bytes at a time.
	local dots = ".";
	local i = 0;

	while ( ++i <= 13 )
		dots = dots + dots;

	event text_done(current_time());
	event url_text(f, "see http://one.example/a\r\nhttp://two.example/b.\r\n(http://three.example/c), <http://u@four.example:80/d>.");
	i = 0;

	while ( ++i <= 200 )
		{
		event url_text(f, fmt("http://a.example/%d%s", i, dots));
		event url_text(f, fmt("http://b.example/%d%sb", i, dots));
		}

	event text_done(current_time());
	}

global first_at = double_to_time(0.0);

event text_done(begun_at: time)
	{
	if ( first_at == double_to_time(0.0) )
		first_at = current_time();
	else
		print fmt("url text took less than 5 seconds: %s; limits %d", current_time() - first_at < 5sec,
		    url_stats$not_asked["limits"]);
	}
