# @TEST-DOC: Zeek may give the files of two mails one name (their connections began in the same microsecond): that one file has its one row, and nothing of the mails stays in memory.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/two-mails.pcap %INPUT > out
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: grep -q '^left 0$' out

@load mailscan-unit/requests

module MailScan;

# As if a second connection brought it too.
event file_over_new_connection(f: fa_file, c: connection, is_orig: bool) &priority=-6
	{
	if ( f?$mailscan && f$mailscan$kind == "message" && f$id !in complained )
		{
		add complained[f$id];
		event file_over_new_connection(f, c, is_orig);
		}
	}

event zeek_done() &priority=-20
	{
	print fmt("left %d", |mail_files|);
	}
