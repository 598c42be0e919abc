# @TEST-DOC: Live, no more than max_open_bytes of files are open: the next one is given up for overload, removed and counted, and one that is answered makes room. Zero is no limit.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: rows seqno status verdict reason detail fuid < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit

redef MailScan::max_open_bytes = 250;

module MailScan;

global step2: event();
global step3: event();
global step4: event();

function ask_100()
	{
	local p = test_pending();
	p$bytes = 100;
	ask(p);
	}

function show_bytes(what: string)
	{
	show(what);
	print fmt("  %d bytes open, %d files given up, %d files in the spool", open_bytes, stats$over_bytes, spool_files());
	}

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 1, T));
	event step2();
	}

event step2()
	{
	# One is published, one waits, the third is too many; one of no bytes is not.
	ask_100();
	ask_100();
	ask_100();
	ask(test_pending());
	show_bytes("asked 4");
	event accepted(our_node, our_incarnation, vector(1), current_time() + 1min);
	event verdict(test_verdict(1, "clean"));
	event step3();
	}

event step3()
	{
	show_bytes("answered 1");
	ask_100();
	ask_100();
	show_bytes("asked 2 more");
	Config::set_value("MailScan::max_open_bytes", 0);
	schedule 50msec { step4() };
	}

event step4()
	{
	ask_100();
	show_bytes("no limit");
	give_up_all("the test is over", current_time());
	show_bytes("all given up");
	terminate();
	}
