# @TEST-DOC: A file over FTP is complete where its sender closed the connection, and not where it was reset, fell silent, began within the file (REST) or is to be added to one (APPE); it is called what the command calls it.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp-cut.pcap %INPUT MailScan::sources+='{ "FTP_DATA" }' > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p id.resp_p filename is_orig bytes complete < mailscan.log | sort > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit/requests
