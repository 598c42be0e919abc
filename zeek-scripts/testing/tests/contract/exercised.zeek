# @TEST-DOC: Every option, hook, event, function and notice that the package exports is set, handled, raised, called or logged by a test; what a test only mentions does not count.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT | sort > names
# @TEST-EXEC: for kind in option:50 hook:12 event:20 function:2 notice:8; do test $(grep -c "^${kind%:*} " names) -ge ${kind#*:} || { echo "too few of ${kind%:*}" >&2; exit 1; }; done
# @TEST-EXEC: exercised < names > left-out
# @TEST-EXEC: sed 's/^/no test for /' left-out >&2; test ! -s left-out
#
# The check itself names what there is not: redef no_such_thing = T in a comment, or hook no_such_thing(), does not count.
# @TEST-EXEC: printf '%s no_such_thing\n' option hook event function notice > made-up
# @TEST-EXEC: exercised < made-up | diff made-up -

@load mailscan-bridge
@load mailscan-bridge/response

event zeek_init()
	{
	local kind: string;

	for ( name, id in global_ids() )
		{
		if ( ! id$exported || ! starts_with(name, "MailScan::") )
			next;

		if ( id$option_value || ( id$constant && id$redefinable ) )
			kind = "option";
		else if ( /^event\(/ in id$type_name )
			kind = "event";
		else if ( /^hook\(|PolicyHook$/ in id$type_name )
			kind = "hook";
		else if ( /^function\(/ in id$type_name )
			kind = "function";
		else if ( id$enum_constant )
			kind = "enum";
		else
			next;

		if ( kind == "enum" )
			{
			if ( id?$value && "Notice::Type" in type_name(id$value) )
				print fmt("notice %s", name[10:]);
			}
		else
			print fmt("%s %s", kind, name[10:]);
		}

	terminate();
	}
