# @TEST-DOC: The loop closes over ZeroMQ: a mail's files are asked about, the trace waits for the verdicts, one row each, one notice, and Zeek ends by itself.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/mail.pcap"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: one-row-each sensor
# @TEST-EXEC: rows seqno status verdict reason names coverage uid id.orig_h id.resp_p fuid parent_fuid kind source is_orig filename mime_type sha256 bytes complete mailfrom rcptto subject msg_id attempts node < sensor/mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m note msg sub uid id.orig_h id.resp_h id.resp_p fuid file_desc file_mime_type < sensor/notice.log > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: btest-diff daemon/out
# @TEST-EXEC-FAIL: grep -E "error|warning" sensor/.stderr
# @TEST-EXEC: test ! -e sensor/weird.log
