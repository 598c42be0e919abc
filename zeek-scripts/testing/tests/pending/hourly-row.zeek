# @TEST-DOC: Live: each ledger_interval a row of the ledger, with the bridge's counts where it answers, without them where it does not answer or is down.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT
# @TEST-EXEC: zeek-cut -m asked accepted open bridge_accepted bridge_open balanced < mailscan_ledger.log | uniq > ledger
# @TEST-EXEC: btest-diff ledger

@load mailscan-unit

redef MailScan::ledger_interval = 1sec;
redef MailScan::ledger_wait = 300msec;

module MailScan;

global asked_for = 0;
global last_asked = double_to_time(0.0);
global look: event();
global down_now: event();
global end_of_test: event();

# As the daemon, with one request on its disk.
function their_counts(): BridgeLedger
	{
	return BridgeLedger($proto=MailScan::proto, $node=our_node, $incarnation=our_incarnation,
	    $epoch=test_epoch, $sent=counts_sent, $first=1, $highest=1, $accepted=1, $missing=0,
	    $overdue=0, $gaps="", $malicious=0, $suspicious=0, $error=0, $unscanned=0, $clean=0,
	    $rescans=0, $open=1, $acknowledged=0);
	}

event zeek_init() &priority=-20
	{
	local s = test_status(test_epoch, 200, T);
	s$heartbeat = 1min;
	event bridge_status(s);
	schedule 20msec { look() };
	}

event look()
	{
	if ( stats$asked == 0 )
		{
		ask(test_pending());
		event accepted(our_node, our_incarnation, vector(1), current_time() + 1min);
		}

	# The first question is answered, the second is not; then the bridge is down.
	if ( counts_sent != last_asked )
		{
		last_asked = counts_sent;

		if ( ++asked_for == 1 )
			event bridge_ledger(their_counts());
		else
			schedule 500msec { down_now() };
		}

	if ( asked_for < 2 )
		schedule 20msec { look() };
	}

event down_now()
	{
	go_down("the test says so", current_time());
	schedule 1sec { end_of_test() };
	}

event end_of_test()
	{
	terminate();
	}
