# @TEST-DOC: URLs in the text of a mail: each once a part, trimmed of what stands behind them, with the sender; a clean one has a row where asked for.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon > out"
# @TEST-EXEC: btest-bg-run sensor "within 0 20 sensor $TRACES/urls.pcap ../sensor.zeek"
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: zeek-cut -m verdict names source url host who fuid < sensor/mailscan_url.log | sort > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut note msg < sensor/notice.log | grep URL | sort > notices
# @TEST-EXEC: btest-diff notices

# @TEST-START-FILE sensor.zeek
redef MailScan::url_sources += { "SMTP" };
redef MailScan::log_clean_urls = T;
# @TEST-END-FILE
