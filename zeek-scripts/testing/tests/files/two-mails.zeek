# @TEST-DOC: Two mails on one connection keep their own context; a mail without MIME has a part too.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/two-mails.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: one-row-each .

@load mailscan-unit/requests
