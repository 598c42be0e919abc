# @TEST-DOC: HTTP: no file for HEAD and 304; two halves of one file on one connection are one; a tail alone is not complete, nor is a piece of which Zeek does not know where it belongs; two pipelined answers, one in chunks, one cut short.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ranges.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows kind bytes complete sha256 < mailscan.log | sort > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut balanced < mailscan_ledger.log | grep -q T
# @TEST-EXEC: for t in range-unit range-none; do MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/$t.pcap %INPUT > requests; rows kind bytes complete < mailscan.log; done > unknown
# @TEST-EXEC: btest-diff unknown

@load mailscan-unit/requests
