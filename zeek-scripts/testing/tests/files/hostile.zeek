# @TEST-DOC: Hostile file names and headers travel as they are, and never reach a path.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/hostile.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: (cd spool && sha256sum * | sed -E "s/[0-9]{16}-[0-9]+-//" | sort -k2) > extracted
# @TEST-EXEC: btest-diff extracted
# @TEST-EXEC: rows fuid filename subject < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: test "$(wc -l < mailscan.log)" = $(($(grep -c "^request" requests) + 9))

@load mailscan-unit/requests
