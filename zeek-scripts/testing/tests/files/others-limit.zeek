# @TEST-DOC: Where another script extracts the same files and reaches a limit of its own, that is no cutoff of ours; where we reach ours and it reaches none, it is, however the spool is spelt.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/big.pcap %INPUT FileExtract::default_limit=10 > out
# @TEST-EXEC: grep -c 'complete: T' out > found
# @TEST-EXEC: grep -c 'cutoff: F' out >> found
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/./spool/../spool zeek -C -r $TRACES/big.pcap %INPUT MailScan::max_file_size=10000 > out2
# @TEST-EXEC: grep -c 'cutoff: T' out2 >> found
# @TEST-EXEC: btest-diff found

@load frameworks/files/extract-all-files
@load mailscan-unit/requests
