# @TEST-DOC: While the daemon is overloaded, files of types of low value are neither extracted nor asked about, and their rows say why; below low_value_level they are.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT > requests
# @TEST-EXEC: one-row-each .
# @TEST-EXEC: rows verdict reason detail filename < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: test $(ls spool | wc -l) = 3
#
# @TEST-EXEC: mkdir below at
# @TEST-EXEC: cd below && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap ../low-value.zeek MailScan::low_value_level=2 > requests && test $(grep -c overload mailscan.log) = 0 -a $(ls spool | wc -l) = 4
# @TEST-EXEC: cd at && MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap ../low-value.zeek MailScan::low_value_level=1 > requests && test $(grep -c overload mailscan.log) = 1 -a $(ls spool | wc -l) = 3

@load mailscan-unit/requests

redef MailScan::low_value_types = /^application\/pdf$/;

module MailScan;

event zeek_init() &priority=-25
	{
	local s = test_status(test_epoch, 1000, F);
	s$level = low_value_level < 3 ? 1 : 3;
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
