# @TEST-DOC: An answer that breaks off is not complete, with or without chunks, whenever and however many further requests are pipelined while it is under way; one whose last chunk came is, whatever becomes of the connection.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/pipelined.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p bytes complete < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit/requests
