# @TEST-DOC: Files of fewer bytes than min_file_size are not asked about; they get their row and are removed.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap mailscan-unit/requests > all
# @TEST-EXEC: zeek-cut bytes < mailscan.log | sort -n | head -1 > least
# @TEST-EXEC: mkdir at above
# @TEST-EXEC: cd at && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap mailscan-unit/requests MailScan::min_file_size=$(cat ../least) > requests && ! grep -q policy mailscan.log
# @TEST-EXEC: cd above && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap mailscan-unit/requests MailScan::min_file_size=$(($(cat ../least) + 1)) > requests
# @TEST-EXEC: rows verdict reason detail bytes kind filename < above/mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: test $(ls above/spool | wc -l) = $(($(ls at/spool | wc -l) - 1))
# @TEST-EXEC: one-row-each above
