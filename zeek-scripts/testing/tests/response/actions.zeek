# @TEST-DOC: The other responses (connection, address by catch and release), the dry run, and the policy hooks.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m status action id.orig_h id.resp_h bad_h expire detail seqno < mailscan_response.log | sort > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit
@load mailscan-bridge/response-address

redef MailScan::response_plugin = F;
redef MailScan::response_time = 1sec;

event NetControl::init()
	{
	NetControl::activate(NetControl::create_debug(T), 0);
	}

module MailScan;

global step2: event();
global step3: event(v: Verdict);

event step3(v: Verdict)
	{
	Config::set_value("MailScan::response_dry_run", T);
	event verdict(v);
	}

event NetControl::init_done()
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

hook verdict_policy(v: Verdict, row: Info, response: Response)
	{
	response$drop = vector("connection", "address", "pair", "", "nonsense", "pair")[v$seqno - 1];
	}

hook response_policy(r: RespondTo)
	{
	if ( r$seqno == 3 )
		break;
	}

event step2()
	{
	local i: count = 0;
	local v: Verdict;

	while ( ++i <= 6 )
		{
		local p = test_pending();
		p$r$orig_h = count_to_v4_addr(3221225984 + i);
		ask(p);
		v = test_verdict(i, "malicious");
		v$orig_h = p$r$orig_h;

		if ( i < 6 )
			event verdict(v);
		}

	event step3(v);
	schedule 2500msec { bridge_bye(our_bridge, test_epoch, "test over") };
	}

event bridge_bye(bridge: string, epoch: count, reason: string) &priority=-5
	{
	terminate();
	}
