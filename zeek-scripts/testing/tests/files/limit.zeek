# @TEST-DOC: A file longer than max_file_size is cut off and says so.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/big.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: (cd spool && sha256sum * | sed -E "s/[0-9]{16}-[0-9]+-//" | sort -k2) > extracted
# @TEST-EXEC: btest-diff extracted

@load mailscan-unit/requests

redef MailScan::max_file_size = 10000;
