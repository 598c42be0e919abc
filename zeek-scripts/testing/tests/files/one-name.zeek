# @TEST-DOC: Zeek may give the files of two mails one name (their connections began in the same microsecond): that one file has its one row, and its mail does not wait for a second one.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/two-mails.pcap %INPUT > out
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: grep -q '^2 mails, left 0$' out

@load mailscan-unit/requests

module MailScan;

global mails: table[string] of MailFiles;

# As if a second connection brought it too.
event file_over_new_connection(f: fa_file, c: connection, is_orig: bool) &priority=-6
	{
	if ( ! f?$mailscan || ! f$mailscan?$mail_files )
		return;

	local mail = f$mailscan$mail_files;
	mails[mail$fuid] = mail;

	if ( f$mailscan$kind == "message" && f$id !in complained )
		{
		add complained[f$id];
		event file_over_new_connection(f, c, is_orig);
		}
	}

event zeek_done() &priority=-20
	{
	local left = 0;
	local n = 0;

	for ( _, m in mails )
		{
		left += m$open;

		if ( m$open == 0 )
			++n;
		}

	print fmt("%d mails, left %d", n, left);
	}
