# @TEST-DOC: FTP commands that are sent ahead: a file asked for before the one before it has ended keeps its own name and end; what was asked for before it was known where it goes is not said to be complete, and of two that were asked for at once none gives its name; what was refused, or came by the same port before, leaves nothing behind.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp-ahead.pcap %INPUT MailScan::sources+='{ "FTP_DATA" }' > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p id.resp_p filename is_orig bytes complete < mailscan.log | sort > rows
# @TEST-EXEC: btest-diff rows
#
# Zeek forgets where a transfer goes that is asked for together with other commands; that touches none but this one.
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp-together.pcap %INPUT MailScan::sources+='{ "FTP_DATA" }' > requests
# @TEST-EXEC: rows id.orig_p id.resp_p filename is_orig bytes complete < mailscan.log | sort > together
# @TEST-EXEC: btest-diff together

@load mailscan-unit/requests
