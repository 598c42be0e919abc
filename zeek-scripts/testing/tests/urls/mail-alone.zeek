# @TEST-DOC: URLs in mail are asked about where the files of mail are not.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/urls.pcap %INPUT > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: test ! -e mailscan.log

@load mailscan-unit/requests

redef MailScan::sources = { "HTTP" };
redef MailScan::url_sources = { "SMTP" };

module MailScan;

hook url_policy(c: connection, r: UrlRequest)
	{
	print r$source, r$url;
	}

event zeek_done() &priority=-20
	{
	print "asked", url_stats$asked;
	}
