# @TEST-DOC: A request that is not accepted is published again, later each time and a bounded number of times, then given up; no more than the credit is ever under way, and giving up frees nothing of it until a hello is answered.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail attempts < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit

redef MailScan::accept_timeout = 200msec;
redef MailScan::max_attempts = 3;

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global step5: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 4, T));
	event step2();
	}

event step2()
	{
	local i = 0;

	while ( ++i <= 3 )
		ask(test_pending());

	show("asked 3");
	schedule 1100msec { step3() };
	}

# 200, 400 and 800 ms: only one place was left for re-sends.
event step3()
	{
	show("before the end of patience");
	event bridge_status(test_status(test_epoch, 4, F));
	schedule 1sec { step4() };
	}

event step4()
	{
	show("given up");
	print "most that is under way", in_flight <= 4, "proof wanted", proof_wanted;
	ask(test_pending());
	show("asked 4");
	print "hello asks for proof", hello_since > double_to_time(0.0) || proof_wanted;
	event bridge_status(test_status(test_epoch, 4, T));
	event step5();
	}

event step5()
	{
	show("hello answered");
	terminate();
	}
