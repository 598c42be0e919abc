# @TEST-DOC: While the daemon is overloaded, files of types of low value are neither extracted nor asked about, and their rows say why.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows verdict reason detail filename < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: test $(ls spool | wc -l) = 3

@load mailscan-unit/requests

redef MailScan::low_value_types = /^application\/pdf$/;

module MailScan;

event zeek_init() &priority=-25
	{
	local s = test_status(test_epoch, 1000, F);
	s$level = low_value_level;
	event bridge_status(s);
	}

# As if this were live traffic.
event file_sniff(f: fa_file, meta: fa_metadata)
	{
	tracing = F;
	}

event file_sniff(f: fa_file, meta: fa_metadata) &priority=-10
	{
	tracing = T;
	}
