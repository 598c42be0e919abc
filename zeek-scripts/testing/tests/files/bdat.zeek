# @TEST-DOC: Mails in chunks (BDAT), pipelined: each keeps its envelope; a mail given up between two chunks (RSET) is not complete and does not touch the next; a mail within a mail; only parts, only mails.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/bdat.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p kind filename bytes complete mailfrom rcptto subject < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut balanced < mailscan_ledger.log | grep -q T
# @TEST-EXEC: for k in part message; do MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/bdat.pcap %INPUT "MailScan::smtp_kinds={\"$k\"}" > requests; rows id.orig_p kind filename bytes complete < mailscan.log; zeek-cut balanced < mailscan_ledger.log; done > by-kind
# @TEST-EXEC: btest-diff by-kind

@load mailscan-unit/requests
