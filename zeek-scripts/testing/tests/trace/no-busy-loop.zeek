# @TEST-DOC: Waiting costs little: in 6 seconds of waiting at a trace's end Zeek uses less than 3 seconds of CPU in all.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "FAKE=no-verdict zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "bash -c 'TIMEFORMAT=%U+%S; time sensor $TRACES/sixty.pcap MailScan::trace_end_wait=6sec' 2> cpu.txt"
# @TEST-EXEC: btest-bg-wait 40
# @TEST-EXEC: tail -1 sensor/cpu.txt | awk -F+ '{ exit !($1 + $2 < 3) }'
