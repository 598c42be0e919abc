# @TEST-DOC: Records and events of api.zeek are those of docs/contract.md: names, types, and the order of fields.
#
# @TEST-EXEC: zeek -b %INPUT | sed -e 's/(\(.*\);)$/(\1)/; s/; /, /g; s/:\([^ :]\)/: \1/g; s/MailScan: : /MailScan::/g; s/record MailScan:://; s/MailScan::\([A-Z]\)/\1/' > zeek.raw
# @TEST-EXEC: contract-of-page $DOCS/contract.md > page.raw
# @TEST-EXEC: for f in zeek page; do grep -v ^event $f.raw > $f.records; grep ^event $f.raw | sort > $f.events; done
# @TEST-EXEC: diff page.records zeek.records
# @TEST-EXEC: diff page.events zeek.events

@load mailscan-bridge/api

event zeek_init()
	{
	for ( _, name in vector("NodeHello", "FileRequest", "MailContext", "BridgeStatus", "Verdict") )
		{
		local full = "MailScan::" + name;
		local fields = record_fields(full);

		for ( _, field in record_type_to_vector(full) )
			print fmt("%s %s: %s%s", name, field, fields[field]$type_name,
			    fields[field]$optional ? " &optional" : "");
		}

	for ( id, info in global_ids() )
		if ( /^MailScan::/ in id && info$type_name == "event" )
			print fmt("event %s %s", id, type_name(info$value));
	}
