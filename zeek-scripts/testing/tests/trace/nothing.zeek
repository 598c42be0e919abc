# @TEST-DOC: A trace without files ends at once.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/nothing.pcap"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: test ! -e sensor/mailscan.log
# @TEST-EXEC: btest-diff daemon/out
