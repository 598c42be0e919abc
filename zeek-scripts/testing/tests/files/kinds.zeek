# @TEST-DOC: By option only the whole mail is asked about, without hashes.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests

@load mailscan-unit/requests

redef MailScan::smtp_kinds = set("message");
redef MailScan::hash_files = F;
