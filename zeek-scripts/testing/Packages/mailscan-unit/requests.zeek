##! Reads a trace as if a bridge were there that takes everything and answers
##! nothing, and prints what it is asked.

@load ./

redef MailScan::trace_end_wait = 0sec;

module MailScan;

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 1000, T));
	}

function print_fields(r: any, names: vector of string)
	{
	local fields = record_fields(r);

	for ( _, name in names )
		if ( fields[name]?$value && name != "sent" && name != "mail" )
			print fmt("  %s: %s", name, fields[name]$value);
	}

hook MailScan::request_policy(f: fa_file, r: FileRequest) &priority=-100
	{
	print fmt("request about %s", r$fuid);
	print_fields(r, record_type_to_vector("MailScan::FileRequest"));

	if ( ! r?$mail )
		return;

	print "  mail:";
	local m = r$mail;
	sort(m$rcptto, strcmp);
	sort(m$to, strcmp);
	sort(m$cc, strcmp);
	print_fields(m, record_type_to_vector("MailScan::MailContext"));
	}
