# @TEST-DOC: What a malicious verdict does: the pair is dropped both ways through NetControl, once; what must never be dropped is not; the fuse blows and says so; a later scan that withdraws the verdict undoes it, one that failed does not; suspicious and orphan verdicts do nothing.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT  > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: zeek-cut -m status action id.orig_h id.resp_h expire why detail fuid seqno < mailscan_response.log > rows
# @TEST-EXEC: btest-diff rows
# @TEST-EXEC: zeek-cut note msg sub < notice.log | grep Fuse > notices
# @TEST-EXEC: btest-diff notices

@load mailscan-unit
@load mailscan-bridge/response

redef MailScan::response_never += { 198.51.100.0/24 };
redef MailScan::response_max_per_hour = 2;
redef MailScan::response_plugin = F;

event NetControl::init()
	{
	NetControl::activate(NetControl::create_debug(T), 0);
	}

module MailScan;

global step2: event();
global step3: event();
global step4: event();
global step5: event();

function from_pair(seqno: count, word: string, orig: addr, resp: addr): Verdict
	{
	local v = test_verdict(seqno, word);
	v$orig_h = orig;
	v$resp_h = resp;
	return v;
	}

function asked_from(orig: addr, resp: addr): Pending
	{
	local p = test_pending();
	p$r$orig_h = orig;
	p$r$resp_h = resp;
	return p;
	}

event NetControl::init_done()
	{
	event bridge_status(test_status(test_epoch, 200, T));
	event step2();
	}

event step2()
	{
	ask(asked_from(192.0.2.1, 192.0.2.2));
	ask(asked_from(192.0.2.2, 192.0.2.1));
	ask(asked_from(198.51.100.1, 192.0.2.2));
	ask(asked_from(192.0.2.3, 192.0.2.4));
	ask(asked_from(192.0.2.5, 192.0.2.6));
	ask(asked_from(192.0.2.7, 192.0.2.8));
	event verdict(from_pair(1, "malicious", 192.0.2.1, 192.0.2.2));
	event verdict(from_pair(2, "malicious", 192.0.2.2, 192.0.2.1));
	event verdict(from_pair(3, "malicious", 198.51.100.1, 192.0.2.2));
	event verdict(from_pair(4, "suspicious", 192.0.2.3, 192.0.2.4));
	event verdict(from_pair(5, "malicious", 192.0.2.5, 192.0.2.6));
	event verdict(from_pair(6, "malicious", 192.0.2.7, 192.0.2.8));

	local orphan_verdict = from_pair(1, "malicious", 192.0.2.9, 192.0.2.10);
	orphan_verdict$incarnation = our_incarnation - 1;
	event verdict(orphan_verdict);
	schedule 500msec { step3() };
	}

event step3()
	{
	print "withdrawn once, and it rests on another verdict too";
	local first = from_pair(1, "clean", 192.0.2.1, 192.0.2.2);
	first$revision = 2;
	event verdict(first);
	event verdict(copy(first));
	schedule 500msec { step4() };
	}

event step4()
	{
	print "a later scan that failed withdraws nothing";
	local failed = from_pair(2, "error", 192.0.2.2, 192.0.2.1);
	failed$revision = 2;
	event verdict(failed);
	local not_done = from_pair(2, "unscanned", 192.0.2.2, 192.0.2.1);
	not_done$revision = 3;
	event verdict(not_done);
	schedule 500msec { step5() };
	}

event step5()
	{
	print "withdrawn twice";
	local second = from_pair(2, "suspicious", 192.0.2.2, 192.0.2.1);
	second$revision = 4;
	event verdict(second);
	schedule 500msec { never() };
	schedule 1sec { bridge_bye(our_bridge, test_epoch, "test over") };
	}

event bridge_bye(bridge: string, epoch: count, reason: string) &priority=-5
	{
	show("all");
	terminate();
	}
