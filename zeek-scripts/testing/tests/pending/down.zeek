# @TEST-DOC: Live: three missed heartbeats mean that the bridge is down: one notice, rows no_bridge at once, files removed, only a slowing hello; and one notice when it is back.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail < mailscan.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut -m note msg sub < notice.log > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit

redef MailScan::start_grace = 500msec;
redef MailScan::max_hello_gap = 1500msec;

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global step5: event();

function beat(ack: bool): BridgeStatus
	{
	local s = test_status(test_epoch, 200, ack);
	s$heartbeat = 200msec;
	return s;
	}

event bridge_up(bridge: string, epoch: count)
	{
	print "up", bridge;
	}

event bridge_down(bridge: string, reason: string)
	{
	print "down", bridge, reason;
	}

event zeek_init() &priority=-20
	{
	event bridge_status(beat(T));
	event step2();
	}

event step2()
	{
	ask(test_pending());
	schedule 1500msec { step3() };
	}

event step3()
	{
	ask(test_pending());
	ask(test_pending());
	show("down");
	print "files", spool_files();
	schedule 3sec { step4() };
	}

event step4()
	{
	print "gap between hellos", hello_gap;
	event bridge_status(beat(T));
	schedule 50msec { step5() };
	}

event step5()
	{
	show("back");
	terminate();
	}
