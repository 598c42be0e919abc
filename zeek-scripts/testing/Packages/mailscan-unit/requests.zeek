##! Reads a trace as if a bridge were there that takes everything and answers
##! nothing, and prints what it is asked.

@load ./

redef MailScan::trace_end_wait = 0sec;

module MailScan;

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 1000, T));
	}

function print_fields(r: any)
	{
	local fields = record_fields(r);
	local names: vector of string;

	for ( name in fields )
		names += name;

	sort(names, strcmp);

	for ( _, n in names )
		if ( fields[n]?$value && n != "sent" && n != "mail" && n != "meta" )
			print fmt("  %s: %s", n, fields[n]$value);
	}

hook MailScan::request_policy(f: fa_file, r: FileRequest) &priority=-100
	{
	print fmt("request about %s", r$fuid);
	print_fields(r);

	if ( ! r?$mail )
		return;

	print "  mail:";
	print_fields(r$mail);
	}
