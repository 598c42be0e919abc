# @TEST-DOC: The MD5 and the first bytes of a file in the log, where asked for.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT  > requests
# @TEST-EXEC: rows kind filename md5 first_bytes < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
#
# Of more than there is, all there is; no file is without its row.
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT MailScan::log_first_bytes=18446744073709551615 > requests2
# @TEST-EXEC: rows kind filename first_bytes < mailscan.log > rows2
# @TEST-EXEC: btest-diff rows2

@load mailscan-unit/requests

redef MailScan::hash_md5 = T;
redef MailScan::log_first_bytes = 16;
