# @TEST-DOC: FTP is off by default; with FTP_DATA among the sources its files are asked about.
#
# @TEST-EXEC: mkdir off on
# @TEST-EXEC: cd off && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp.pcap ../ftp.zeek > requests && test ! -s requests
# @TEST-EXEC: cd on && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp.pcap ../ftp.zeek MailScan::sources+='{ "FTP_DATA" }' > requests
# @TEST-EXEC: one-row-each on
# @TEST-EXEC: btest-diff on/requests

@load mailscan-unit/requests
