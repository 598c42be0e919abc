# @TEST-DOC: A mail: the whole message and each MIME entity are extracted, hashed and asked about, with envelope and headers.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: (cd spool && sha256sum * | sed -E "s/[0-9]{16}-[0-9]+-//" | sort -k2) > extracted
# @TEST-EXEC: btest-diff extracted

@load mailscan-unit/requests
