# @TEST-DOC: A mail or an answer without a size that breaks off (reset, closed too early, never heard of again) is not complete, nor is the part of the mail that broke off; one that came to its end is, whatever becomes of its connection then.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/cut.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p kind filename bytes complete < mailscan.log | sort > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut balanced < mailscan_ledger.log | grep -q T

@load mailscan-unit/requests

redef MailScan::trace_flush_open_files = F;
