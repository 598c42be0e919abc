# @TEST-DOC: URLs of HTTP requests are asked about where the user says so: a row and a notice for the bad one, no row for a clean one, and all in the ledger.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon ../daemon.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/http.pcap ../sensor.zeek"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: btest-diff daemon/out
# @TEST-EXEC: zeek-cut -m seqno status verdict detail score names tools uid id.orig_h id.resp_h source url host node < sensor/mailscan_url.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: grep Malicious_URL sensor/notice.log | cut -f 3,5,11,12,13,14 > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: zeek-cut -m urls_asked urls_answered urls_malicious urls_given_up urls_not_asked balanced < sensor/mailscan_ledger.log > ledger
# @TEST-EXEC: btest-diff ledger

# @TEST-START-FILE daemon.zeek
hook Daemon::on_url(r: MailScan::UrlRequest)
	{
	print fmt("asked about %s, host %s, seen in %s", r$url, r$host, r$source);
	local v = Daemon::url_verdict_for(r);

	if ( /tool\.exe$/ in r$url )
		{
		v$verdict = "malicious";
		v$detail = "on the list fake";
		v$score = 90;
		v$names = vector("Evil");
		}

	Cluster::publish(Daemon::reply_topic(r$node, r$incarnation), MailScan::url_verdict, v);
	break;
	}
# @TEST-END-FILE

# @TEST-START-FILE sensor.zeek
redef MailScan::url_sources += { "HTTP" };
# @TEST-END-FILE
