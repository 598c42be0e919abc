##! For tests of the package's inside without any bridge: requests made by hand,
##! and the daemon's words put in by hand.

@load mailscan-bridge

redef exit_only_after_terminate = T;

module MailScan;

const test_epoch: count = 1700000000000000;

function test_status(epoch: count, credit: count, ack: bool): BridgeStatus
	{
	return BridgeStatus($proto=MailScan::proto, $bridge="test.bridge", $epoch=epoch,
	    $version="unit", $sent=current_time(), $heartbeat=1sec, $credit=credit,
	    $queue=0, $level=0, $rules="none", $ack_node=ack ? our_node : "",
	    $ack_incarnation=ack ? our_incarnation : 0, $spool="");
	}

global test_files = 0;

# A file that just ended, with a file of its own in the spool.
function test_pending(): Pending
	{
	++test_files;
	local path = fmt("%s%d-unit", file_prefix, test_files);
	local out = open(path);
	write_file(out, "x");
	close(out);

	local r = FileRequest($proto=MailScan::proto, $node=our_node, $incarnation=our_incarnation,
	    $seqno=0, $attempt=0, $ts=double_to_time(1700000000.0), $sent=current_time(),
	    $path=path, $kind="part", $source="SMTP", $fuid=fmt("F%d", test_files),
	    $uid="C1", $orig_h=192.0.2.1, $orig_p=1/tcp, $resp_h=192.0.2.2,
	    $resp_p=25/tcp, $seen_bytes=1, $missing_bytes=0, $overflow_bytes=0,
	    $cutoff=F, $timedout=F, $complete=T);
	return Pending($r=r, $closed=current_time());
	}

function test_verdict(seqno: count, word: string): Verdict
	{
	return Verdict($proto=MailScan::proto, $node=our_node, $incarnation=our_incarnation,
	    $seqno=seqno, $epoch=test_epoch, $verdict=word, $reason="", $detail="",
	    $score=0, $names=word == "malicious" ? vector("Bad") : vector(),
	    $tools=vector("unit"), $parts_found=1, $parts_scanned=1, $sha256=fmt("sha-%d", seqno),
	    $size=1, $detected_type="text/plain", $scan_time=1msec,
	    $ts=double_to_time(1700000000.0), $kind="part", $source="SMTP",
	    $fuid=fmt("F%d", seqno), $uid="C1", $orig_h=192.0.2.1, $orig_p=1/tcp,
	    $resp_h=192.0.2.2, $resp_p=25/tcp, $filename=fmt("f%d", seqno), $rcptto=vector(), $revision=1);
	}

function spool_files(): count
	{
	local n = 0;
	local i = 0;

	while ( ++i <= test_files )
		if ( file_size(fmt("%s%d-unit", file_prefix, i)) >= 0.0 )
			++n;

	return n;
	}

function show(what: string)
	{
	print fmt("%s: open=%d unaccepted=%d in_flight=%d backlog=%d resent=%d reasons=%s verdicts=%s late=%d orphan=%d duplicate=%d unknown=%d",
	    what, |requests|, |unaccepted|, in_flight, backlog_size(), stats$resent,
	    to_json(stats$reasons), to_json(stats$verdicts), stats$late, stats$orphan,
	    stats$duplicate, stats$unknown);
	}

# Print each request a trace makes, one field a line; for tests that load
