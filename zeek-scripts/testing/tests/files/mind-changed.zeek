# @TEST-DOC: What has begun to be extracted is asked about, though its source is taken out of the list while it is under way.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT > out
# @TEST-EXEC: rows seqno verdict kind filename < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut balanced < mailscan_ledger.log | grep -q T
# @TEST-EXEC: test "$(ls spool | wc -l)" = 1

@load mailscan-unit/requests

event file_sniff(f: fa_file, meta: fa_metadata) &priority=-100
	{
	if ( "SMTP" in MailScan::sources )
		Option::set("MailScan::sources", set("HTTP"));
	}
