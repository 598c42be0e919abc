# @TEST-DOC: On a hub that asks for no keys Zeek does not start with a response, unless told to; for a dry run it does, and then it stays one.
#
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC-FAIL: sensor $TRACES/nothing.pcap mailscan-bridge/response > refused 2>&1
# @TEST-EXEC: grep -q "the hub asks for no keys" refused
# @TEST-EXEC: test ! -e mailscan_response.log
# @TEST-EXEC: sensor $TRACES/nothing.pcap mailscan-bridge/response MailScan::response_unauthenticated=T MailScan::trace_start_wait=1sec
# @TEST-EXEC: sensor $TRACES/nothing.pcap dry.zeek MailScan::trace_start_wait=1sec > dry 2>&1
# @TEST-EXEC: grep -q "response_dry_run stays T: the hub asks for no keys" dry
# @TEST-EXEC: grep -q "dry run: T, T" dry
# @TEST-EXEC: sensor $TRACES/nothing.pcap dry.zeek MailScan::response_unauthenticated=T MailScan::trace_start_wait=1sec > told 2>&1
# @TEST-EXEC: grep -q "dry run: T, F" told

# @TEST-START-FILE dry.zeek
@load mailscan-bridge/response
redef MailScan::response_dry_run = T;

event zeek_init() &priority=-100
	{
	local before = MailScan::response_dry_run;
	Option::set("MailScan::response_dry_run", F);
	print fmt("dry run: %s, %s", before, MailScan::response_dry_run);
	}
# @TEST-END-FILE
