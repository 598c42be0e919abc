# @TEST-DOC: The file of a request that no daemon accepted is removed when it is given up, so that a daemon which answers hellos and accepts nothing cannot fill the disk; one that was accepted is the daemon's; at Zeek's end what is just being sent to a daemon that is well is left to it.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: ls spool | sed 's/.*-\([0-9]*\)-unit/\1/' | sort -n > left
# @TEST-EXEC: btest-diff left

@load mailscan-unit

redef MailScan::accept_timeout = 100msec;

module MailScan;

global round: event(n: count);
global last: event();
global end: event();

event zeek_init() &priority=-20
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event round(1);
	}

event round(n: count)
	{
	event bridge_status(test_status(test_epoch, 200, T));
	local i = 0;

	while ( ++i <= 50 )
		ask(test_pending());

	# Of the first round the daemon accepts two; of one of these it has taken the file.
	if ( n == 1 )
		event accepted(our_node, our_incarnation, vector(1, 2), current_time() + 1min);

	if ( n < 3 )
		schedule 200msec { round(n + 1) };
	else
		schedule 2sec { last() };
	}

event last()
	{
	print "files in the spool", spool_files(), "bytes", open_bytes;

	event bridge_status(test_status(test_epoch, 200, T));
	event end();
	}

event end()
	{
	# One whose file is gone is no trouble.
	local p = test_pending();
	ask(p);
	unlink(p$r$path);
	give_up(p$r$seqno, "timeout", "by the test", current_time());

	Option::set("MailScan::accept_timeout", 10sec);
	ask(test_pending());
	terminate();
	}
