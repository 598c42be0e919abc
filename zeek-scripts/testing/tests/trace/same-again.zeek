# @TEST-DOC: The same trace gives the same rows again, sorted by seqno, over the fields that README.md lists as stable.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon Daemon::leave_after=2 > out"
# @TEST-EXEC: for i in 1 2; do mkdir $i; (cd $i && sensor $TRACES/sixty.pcap -D MailScan::hash_md5=T MailScan::log_first_bytes=256); done
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: for i in 1 2; do zeek-cut -m ts seqno status verdict reason score names coverage uid id.orig_h id.orig_p id.resp_h id.resp_p fuid parent_fuid kind source is_orig filename mime_type detected_type md5 first_bytes sha256 bytes complete mailfrom rcptto subject msg_id < $i/mailscan.log | sort -t "$(printf '\t')" -k2,2n > rows.$i; done
# @TEST-EXEC: diff rows.1 rows.2
# @TEST-EXEC: test $(wc -l < rows.1) = 181
