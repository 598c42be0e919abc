# @TEST-DOC: What is sent along with a mail's files is made once and bounded, however long its envelope and headers are: each string, each list and all of it; that something was cut is said. Names and declared types are bounded too. A mail of ordinary size loses nothing.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/long.pcap %INPUT > context
# @TEST-EXEC: btest-diff context
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/long.pcap %INPUT MailScan::max_context=400 MailScan::max_context_string=50 MailScan::max_context_items=3 > small
# @TEST-EXEC: btest-diff small
# @TEST-EXEC: one-row-each .

@load mailscan-unit/requests

module MailScan;

global last_context: MailContext;

function sized(s: string): string
	{
	return |s| > 60 ? fmt("%d bytes", |s|) : s;
	}

hook MailScan::request_policy(f: fa_file, r: FileRequest)
	{
	if ( r$kind == "part" && r?$filename )
		print "part", |r$filename|, |r$declared_type|;

	if ( r$kind != "message" )
		{
		last_context = r$mail;
		break;
		}

	local m = r$mail;
	print "the same record", same_object(m, last_context);
	print "cut", m$cut;
	local bytes = 0;

	for ( name, field in record_fields(m) )
		{
		if ( ! field?$value || field$type_name != "string" )
			next;

		local s: string = field$value;
		bytes += |s| + 32;
		print name, sized(s);
		}

	for ( _, v in vector(m$rcptto, m$to, m$cc, m$path) )
		{
		print |v|, |v| > 0 ? v[0] : "";

		for ( _, item in v )
			bytes += |item| + 32;
		}

	print "within bounds", bytes <= max_context;
	break;
	}
