# @TEST-DOC: On a hub that asks for no keys Zeek does not start with a response, unless told to.
#
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC-FAIL: sensor $TRACES/nothing.pcap mailscan-bridge/response > refused 2>&1
# @TEST-EXEC: grep -q "the hub asks for no keys" refused
# @TEST-EXEC: test ! -e mailscan_response.log
# @TEST-EXEC: sensor $TRACES/nothing.pcap mailscan-bridge/response MailScan::response_unauthenticated=T MailScan::trace_start_wait=1sec
