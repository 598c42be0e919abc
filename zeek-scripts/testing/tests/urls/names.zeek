# @TEST-DOC: The URL that a proxy is asked for is the URL, and its host the host, whatever the Host header says; hosts that are addresses in brackets, in mail.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/proxy.pcap %INPUT > http
# @TEST-EXEC: btest-diff http
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/urls6.pcap %INPUT | grep -v '^request\|^  ' > smtp
# @TEST-EXEC: btest-diff smtp
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b parts.zeek > parts
# @TEST-EXEC: btest-diff parts

@load mailscan-unit/requests

redef MailScan::sources = set();
redef MailScan::url_sources += { "SMTP", "HTTP" };

hook MailScan::url_policy(c: connection, r: MailScan::UrlRequest)
	{
	print r$source, r$url, r$host;
	}

# @TEST-START-FILE parts.zeek
@load mailscan-bridge

module MailScan;

event zeek_init()
	{
	for ( _, url in vector("http://a.example/x", "http://u:p@w@a.example:8080?q", "https://[2001:db8::1]:443/x", "a.example:443",
	        "a.example#f", "http://a.example\n/x", "http://", "") )
		print url, host_of_url(url);

	for ( _, asked in vector("GET /x", "GET http://other.example:81/y", "CONNECT other.example:443", "OPTIONS *") )
		{
		local words = split_string1(asked, / /);
		local h = HTTP::Info($ts=network_time(), $uid="C1", $id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp,
		    $resp_h=192.0.2.2, $resp_p=80/tcp), $trans_depth=1, $method=words[0], $uri=words[1], $host="a.example", $tags=set());
		print asked, requested_url(h), requested_host(h);
		}

	terminate();
	}
# @TEST-END-FILE
