# @TEST-DOC: What request_policy adds goes with the request, within bounds: an entry that is too many, too long or of no proper name is left out whole, and that is said once.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT MailScan::max_context=500 MailScan::max_context_string=100 MailScan::max_context_items=3
# @TEST-EXEC: sort meta > sorted
# @TEST-EXEC: btest-diff sorted
# @TEST-EXEC: zeek-cut -m name addl < weird.log > weirds
# @TEST-EXEC: btest-diff weirds

@load mailscan-unit/requests

module MailScan;

global out = open("meta");

hook request_policy(f: fa_file, r: FileRequest)
	{
	if ( r$kind == "message" )
		{
		r$meta["route"] = "thorough";
		r$meta["hostile"] = "\x00\xff\n";
		return;
		}

	r$meta["a"] = "1";
	r$meta["long"] = string_cat("l", gsub(fmt("%100d", 0), / /, "0"));
	r$meta["no name"] = "x";
	r$meta[""] = "x";

	# 32 bytes each and their own: no more than three fit.
	for ( _, i in vector(1, 2, 3, 4) )
		r$meta[fmt("n%d", i)] = "v";
	}

event Pcap::file_done(path: string) &priority=10
	{
	for ( s, p in requests )
		for ( k, v in p$r$meta )
			print out, fmt("%s %s: %s", p$r$kind, k, v);

	print out, "requests", |requests|;
	}
