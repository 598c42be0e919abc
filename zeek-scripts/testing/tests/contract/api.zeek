# @TEST-DOC: Records and events of api.zeek are those of docs/contract.md: names, types, and the order of fields.
#
# @TEST-EXEC: zeek -b %INPUT | sed -E 's/([a-z_0-9]):([A-Za-z])/\1: \2/g; s/; /, /g; s/ event\(/(/; s/record //; s/MailScan::([A-Z])/\1/g' > zeek.raw
# @TEST-EXEC: contract-of-page $DOCS/contract.md > page.raw
# @TEST-EXEC: for f in zeek page; do grep -v ^event $f.raw > $f.records; grep ^event $f.raw | sort > $f.events; done
# @TEST-EXEC: diff page.records zeek.records
# @TEST-EXEC: diff page.events zeek.events

@load mailscan-bridge/api

event zeek_init()
	{
	local fields: record_field_table;

	for ( _, name in vector("NodeHello", "FileRequest", "MailContext", "Ledger", "UrlRequest", "Drop", "BridgeStatus", "Verdict", "BridgeLedger", "UrlVerdict") )
		{
		fields = record_fields("MailScan::" + name);

		for ( field, f in fields )
			print fmt("%s %s: %s%s", name, field, f$type_name, f$optional && ! f?$default_val ? " &optional" : "");
		}

	for ( id, info in global_ids() )
		if ( /^MailScan::/ in id && /^event/ in info$type_name )
			print fmt("event %s %s", id, info$type_name);
	}
