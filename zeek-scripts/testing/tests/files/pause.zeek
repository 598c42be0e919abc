# @TEST-DOC: A mail that pauses for longer than Zeek waits for a file: what comes before and after the pause has its rows, complete only what is known to have come whole, and no file is in the spool that no request names; so too where two connections began in the same microsecond, and their mails are one file for Zeek.
#
# @TEST-EXEC: for t in pause pause-at-data pause-in-part pause-single same-moment three-at-once; do mkdir $t && (cd $t && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/$t.pcap ../pause.zeek > out && rows seqno kind filename bytes complete < mailscan.log > rows) || exit 1; done
# @TEST-EXEC: head -40 */rows > all
# @TEST-EXEC: btest-diff all
# @TEST-EXEC: for t in pause pause-at-data pause-in-part pause-single same-moment three-at-once; do test $(ls $t/spool | wc -l) = $(zeek-cut seqno < $t/mailscan.log | grep -c '[0-9]') -a "$(zeek-cut fuid < $t/files.log | sort -u)" = "$(zeek-cut fuid < $t/mailscan.log | sort -u)" || exit 1; zeek-cut balanced < $t/mailscan_ledger.log | grep -q T || exit 1; done

@load mailscan-unit/requests
