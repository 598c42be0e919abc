# @TEST-DOC: Mails in chunks (BDAT), pipelined: each keeps its envelope; a mail given up between two chunks (RSET) is not complete and does not touch the next; a mail within a mail; a chunk that breaks off; only parts, only mails.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/bdat.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p kind filename bytes complete mailfrom rcptto subject < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut balanced < mailscan_ledger.log | grep -q T
# @TEST-EXEC: for k in part message; do MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/bdat.pcap %INPUT "MailScan::smtp_kinds={\"$k\"}" > requests; rows id.orig_p kind filename bytes complete < mailscan.log; zeek-cut balanced < mailscan_ledger.log; done > by-kind
# @TEST-EXEC: btest-diff by-kind
#
# A chunk that is to be longer than what comes; one with a gap, and others after it.
# @TEST-EXEC: for t in bdat-long bdat-gap; do MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/$t.pcap %INPUT > requests; rows id.orig_p kind bytes complete < mailscan.log; done > long
# @TEST-EXEC: btest-diff long

@load mailscan-unit/requests
