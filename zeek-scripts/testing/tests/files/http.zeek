# @TEST-DOC: HTTP in both directions: a download, a form upload, an answer, and a download cut short, which is not complete.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/http.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: (cd spool && sha256sum * | sed -E "s/[0-9]{16}-[0-9]+-//" | sort -k2) > extracted
# @TEST-EXEC: btest-diff extracted

@load mailscan-unit/requests
