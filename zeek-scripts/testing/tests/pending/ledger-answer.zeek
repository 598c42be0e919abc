# @TEST-DOC: The bridge's counts are taken when they answer what was asked last, though the time that they echo has lost its last bit on the way; those that answer an earlier question are not.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT > out
# @TEST-EXEC: btest-diff out

@load mailscan-unit

module MailScan;

function counts(sent: time): BridgeLedger
	{
	return BridgeLedger($proto=MailScan::proto, $node=our_node, $incarnation=our_incarnation,
	    $epoch=test_epoch, $sent=sent, $first=1, $highest=0, $accepted=0, $missing=0, $overdue=0,
	    $gaps="", $malicious=0, $suspicious=0, $error=0, $unscanned=0, $clean=0, $rescans=0,
	    $open=0, $acknowledged=0);
	}

event show_taken(by: interval)
	{
	print by, counts_answered;
	counts_answered = F;
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 10, T));
	ask_for_counts(current_time());

	for ( _, by in vector(0usec, 0.25usec, -0.25usec, -1msec) )
		{
		event bridge_ledger(counts(counts_sent + by));
		event show_taken(by);
		}

	schedule 100msec { MailScan::bridge_bye("none", 0, "") };
	}

event bridge_bye(bridge: string, epoch: count, reason: string)
	{
	terminate();
	}
