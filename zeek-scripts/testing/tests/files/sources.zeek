# @TEST-DOC: A source that is off is not asked about, and nothing of it is extracted.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: test -z "$(ls spool)" -a ! -e mailscan.log

@load mailscan-unit/requests

redef MailScan::sources = set("HTTP");
