# @TEST-DOC: The package's NetControl plugin asks the responder over the hub, and NetControl hears what became of it.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon ../responder.zeek > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/mail.pcap mailscan-bridge/response ../sensor.zeek"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: btest-diff daemon/out
# @TEST-EXEC: zeek-cut -m status action id.orig_h id.resp_h expire why detail < sensor/mailscan_response.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m category cmd state action target entity_type entity msg plugin < sensor/netcontrol.log > netcontrol
# @TEST-EXEC: btest-diff netcontrol

# @TEST-START-FILE sensor.zeek
redef MailScan::response_unauthenticated = T;
# @TEST-END-FILE

# @TEST-START-FILE responder.zeek
event zeek_init()
	{
	Cluster::subscribe("mailscan.drop.test%2ebridge.");
	}

event MailScan::drop(d: MailScan::Drop)
	{
	print fmt("drop %s to %s, both ways %s, for %s: %s", d$src_h, d$dst_h, d$both_ways, d$expire, d$why);
	Cluster::publish(Daemon::reply_topic(d$node, d$incarnation), MailScan::drop_result, d$node,
	    d$incarnation, d$rule, "added", "done");
	}
# @TEST-END-FILE
