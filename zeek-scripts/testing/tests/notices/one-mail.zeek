# @TEST-DOC: One mail with six bad parts, itself bad as a whole, is one notice with six names.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon ../whole.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/six.pcap"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: zeek-cut -m note msg sub file_desc < sensor/notice.log > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: zeek-cut verdict kind < sensor/mailscan.log | sort | uniq -c > rows
# @TEST-EXEC: btest-diff rows

# @TEST-START-FILE whole.zeek
hook Daemon::on_request(r: MailScan::FileRequest)
	{
	if ( r$kind != "message" )
		return;

	local v = Daemon::verdict_for(r);
	v$verdict = "malicious";
	v$names = vector("EICAR");
	Daemon::accept(r);
	Daemon::answer(v);
	break;
	}
# @TEST-END-FILE
