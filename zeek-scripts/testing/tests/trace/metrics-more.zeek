# @TEST-DOC: What becomes of requests and lookups is in Zeek's metrics too: how long verdicts took, what was given up and why, URLs by verdict and why others were not asked about.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon ../daemon.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "within 2 20 sensor $TRACES/urls.pcap ../sensor.zeek > out"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: sort sensor/out > metrics
# @TEST-EXEC: btest-diff metrics

# @TEST-START-FILE daemon.zeek
# The whole mail is answered, its parts are accepted only; of a URL of third.example nothing is heard.
hook Daemon::on_request(r: MailScan::FileRequest)
	{
	if ( r$kind == "message" )
		return;

	Daemon::accept(r);
	break;
	}

hook Daemon::on_url(r: MailScan::UrlRequest)
	{
	if ( /third/ in r$url )
		break;
	}
# @TEST-END-FILE

# @TEST-START-FILE sensor.zeek
redef MailScan::url_sources += { "SMTP" };
redef MailScan::url_timeout = 1sec;
redef MailScan::trace_end_wait = 3sec;

hook MailScan::url_policy(c: connection, r: MailScan::UrlRequest)
	{
	if ( /good/ in r$url )
		break;
	}

event zeek_done() &priority=-20
	{
	for ( _, m in Telemetry::collect_metrics("zeek", "mailscan_*") )
		if ( /_url_|given_up|verdicts/ in m$opts$name && m$value > 0.0 )
			print fmt("%s%s %s", m$opts$name, m$label_values, m$value);

	for ( _, h in Telemetry::collect_histogram_metrics("zeek", "mailscan_*") )
		print fmt("%s observations %s, each within 10 s %s", h$opts$name, h$observations, h$sum > 0.0 && h$sum < 10.0 * h$observations);
	}
# @TEST-END-FILE
