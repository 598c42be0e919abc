# @TEST-DOC: Of one part of a mail at most max_urls_per_file URLs are asked about; the others are counted.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/urls.pcap %INPUT > /dev/null
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/urls.pcap %INPUT MailScan::max_urls_per_file=1 > /dev/null
# @TEST-EXEC: btest-diff out

@load mailscan-unit/requests

redef MailScan::url_sources += { "SMTP" };

event zeek_done()
	{
	print open_for_append("out"), MailScan::url_stats$asked, to_json(MailScan::url_stats$not_asked);
	}
