# @TEST-DOC: Of a mail with very many parts some are asked about, and the whole of it; the others get their row and are not extracted.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/long.pcap %INPUT MailScan::max_parts_per_mail=2 > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows id.orig_p kind verdict reason detail attempts < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: ls spool | sed -E 's/.*-([0-9]+)-F.*/\1/' | sort -n > extracted
# @TEST-EXEC: btest-diff extracted

@load mailscan-unit/requests
