# @TEST-DOC: The MD5 and the first bytes of a file in the log, where asked for.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT  > requests
# @TEST-EXEC: rows kind filename md5 first_bytes < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit/requests

redef MailScan::hash_md5 = T;
redef MailScan::log_first_bytes = 16;
