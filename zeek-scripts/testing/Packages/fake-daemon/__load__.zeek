##! A daemon of Zeek script, for tests: it hosts the hub (unless FAKE_HUB is "no")
##! and speaks the contract
##! as far as FAKE says: "good"; "mute" (answers nothing); "idle" (answers
##! hellos and beats, accepts nothing); "no-verdict" (accepts, and that is all).
##! A test may change what it does by its hooks.

@load frameworks/cluster/backend/zeromq
@load mailscan-bridge/api

redef Cluster::Backend::ZeroMQ::run_proxy_thread = getenv("FAKE_HUB") != "no";
redef Cluster::Backend::ZeroMQ::listen_xpub_endpoint = fmt("tcp://127.0.0.1:%d", port_to_count(to_port(getenv("XPUB_PORT"))));
redef Cluster::Backend::ZeroMQ::listen_xsub_endpoint = fmt("tcp://127.0.0.1:%d", port_to_count(to_port(getenv("XSUB_PORT"))));
redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint = Cluster::Backend::ZeroMQ::listen_xpub_endpoint;
redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint = Cluster::Backend::ZeroMQ::listen_xsub_endpoint;
redef Log::enable_remote_logging = F;

module Daemon;

export {
	const mode = getenv("FAKE") == "" ? "good" : getenv("FAKE") &redef;
	const epoch: count = double_to_count(time_to_double(current_time()) * 1e6) &redef;
	const beat = 250msec &redef;
	const credit: count = 200 &redef;
	const answer_in = 60sec &redef;
	## End after this many nodes said goodbye; 0 for never.
	const leave_after: count = 1 &redef;

	## Before anything else is done with a request; break to take over.
	global on_request: hook(r: MailScan::FileRequest);

	## Its counts, before they are sent; break to send none.
	global on_ledger: hook(b: MailScan::BridgeLedger);

	## The same for a lookup of a URL.
	global on_url: hook(r: MailScan::UrlRequest);

	global beating = mode != "mute";
	global requests = 0;
	global seen_acks = 0;
	global byes = 0;

	global reply_topic: function(node: string, incarnation: count): string;
	global status: function(node: string, incarnation: count): MailScan::BridgeStatus;
	global accept: function(r: MailScan::FileRequest);
	global verdict_for: function(r: MailScan::FileRequest): MailScan::Verdict;
	global answer: function(v: MailScan::Verdict);
	global url_verdict_for: function(r: MailScan::UrlRequest): MailScan::UrlVerdict;
}

function reply_topic(node: string, incarnation: count): string
	{
	return fmt("mailscan.reply.%s.%d.", MailScan::escape_topic(node), incarnation);
	}

function status(node: string, incarnation: count): MailScan::BridgeStatus
	{
	return MailScan::BridgeStatus($proto=MailScan::proto, $bridge="test.bridge", $epoch=epoch,
	    $version="fake", $sent=current_time(), $heartbeat=beat, $credit=credit,
	    $queue=0, $level=0, $rules="none", $ack_node=node,
	    $ack_incarnation=incarnation, $spool="");
	}

# What is counted of each incarnation: seqnos accepted, and first verdicts.
global taken: table[string, count] of set[count];
global given: table[string, count, count] of string;

# Requests to accept together, as a daemon does that commits them together.
global batch: vector of count;
global batch_of: MailScan::FileRequest;
global batch_answers: vector of MailScan::Verdict;

function send_batch()
	{
	if ( |batch| == 0 )
		return;

	Cluster::publish(reply_topic(batch_of$node, batch_of$incarnation), MailScan::accepted,
	    batch_of$node, batch_of$incarnation, batch, current_time() + answer_in);
	batch = vector();

	for ( _, v in batch_answers )
		Cluster::publish(reply_topic(v$node, v$incarnation), MailScan::verdict, v);

	batch_answers = vector();
	}

global batch_ends: event();

event batch_ends()
	{
	send_batch();
	}

# One sender at a time: another node's request ends the batch.
function accept(r: MailScan::FileRequest)
	{
	if ( |batch| > 0 && ( batch_of$node != r$node || batch_of$incarnation != r$incarnation ) )
		send_batch();

	if ( |batch| == 0 )
		{
		batch_of = r;
		event batch_ends();
		}

	batch += r$seqno;

	if ( [r$node, r$incarnation] !in taken )
		taken[r$node, r$incarnation] = set();

	add taken[r$node, r$incarnation][r$seqno];
	}

function verdict_for(r: MailScan::FileRequest): MailScan::Verdict
	{
	local v = MailScan::Verdict($proto=MailScan::proto, $node=r$node, $incarnation=r$incarnation,
	    $seqno=r$seqno, $epoch=epoch, $verdict="clean", $reason="", $detail="",
	    $score=0, $names=vector(), $tools=vector("fake 1.0 clean 1 ms"),
	    $parts_found=1, $parts_scanned=1, $sha256=r?$sha256 ? r$sha256 : "",
	    $size=r$seen_bytes, $detected_type="application/octet-stream",
	    $scan_time=1msec, $ts=r$ts, $kind=r$kind, $source=r$source, $fuid=r$fuid,
	    $rcptto=r?$mail ? r$mail$rcptto : vector(), $revision=1);

	if ( r?$parent_fuid )
		v$parent_fuid = r$parent_fuid;

	if ( r?$uid )
		{
		v$uid = r$uid;
		v$orig_h = r$orig_h;
		v$orig_p = r$orig_p;
		v$resp_h = r$resp_h;
		v$resp_p = r$resp_p;
		}

	if ( r?$is_orig )
		v$is_orig = r$is_orig;

	if ( r?$filename )
		v$filename = r$filename;

	if ( r?$mime_type )
		v$mime_type = r$mime_type;

	if ( r?$mail )
		{
		if ( r$mail?$mailfrom )
			v$mailfrom = r$mail$mailfrom;

		if ( r$mail?$subject )
			v$subject = r$mail$subject;

		if ( r$mail?$msg_id )
			v$msg_id = r$mail$msg_id;
		}

	if ( r?$filename && /voice|passwd/ in r$filename )
		{
		v$verdict = "malicious";
		v$names = vector("Eicar-Test-Signature", "EICAR");
		v$detail = "found by fake";
		v$score = 100;
		}
	else if ( ! r$complete )
		{
		v$verdict = "unscanned";
		v$reason = "truncated";
		v$detail = "Zeek did not see all of the file";
		v$parts_scanned = 0;
		}

	return v;
	}

function answer(v: MailScan::Verdict)
	{
	if ( [v$node, v$incarnation, v$seqno] !in given )
		given[v$node, v$incarnation, v$seqno] = v$verdict;

	if ( |batch| > 0 )
		batch_answers += v;
	else
		Cluster::publish(reply_topic(v$node, v$incarnation), MailScan::verdict, v);
	}

function url_verdict_for(r: MailScan::UrlRequest): MailScan::UrlVerdict
	{
	local bad = /evil/ in r$url;
	local v = MailScan::UrlVerdict($proto=MailScan::proto, $node=r$node, $incarnation=r$incarnation,
	    $seqno=r$seqno, $epoch=epoch, $verdict=bad ? "malicious" : "clean", $reason="",
	    $detail=bad ? "on the list fake" : "", $score=bad ? 90 : 0,
	    $names=bad ? vector("Evil") : vector(), $tools=vector("fake 1 entry: looked up, 1 ms"),
	    $ts=r$ts, $url=r$url, $host=r$host, $source=r$source, $uid=r$uid, $orig_h=r$orig_h,
	    $orig_p=r$orig_p, $resp_h=r$resp_h, $resp_p=r$resp_p);

	if ( r?$who )
		v$who = r$who;

	if ( r?$fuid )
		v$fuid = r$fuid;

	return v;
	}

global heart: event();

event heart()
	{
	if ( beating )
		Cluster::publish("mailscan.bridge.test%2ebridge.", MailScan::bridge_status, status("", 0));

	schedule beat { heart() };
	}

event zeek_init()
	{
	Cluster::subscribe("mailscan.request.test%2ebridge.");
	Cluster::subscribe("mailscan.url.test%2ebridge.");
	schedule beat { heart() };
	}

event MailScan::node_hello(h: MailScan::NodeHello)
	{
	if ( mode != "mute" )
		Cluster::publish(reply_topic(h$node, h$incarnation), MailScan::bridge_status, status(h$node, h$incarnation));
	}

event MailScan::file_request(r: MailScan::FileRequest)
	{
	++requests;

	if ( ! hook on_request(r) )
		return;

	if ( mode == "good" || mode == "no-verdict" )
		accept(r);

	if ( mode == "good" )
		answer(verdict_for(r));
	}

event MailScan::url_request(r: MailScan::UrlRequest)
	{
	if ( mode != "good" || ! hook on_url(r) )
		return;

	Cluster::publish(reply_topic(r$node, r$incarnation), MailScan::url_verdict, url_verdict_for(r));
	}

event MailScan::verdict_ack(node: string, incarnation: count, seqnos: vector of count, revisions: vector of count)
	{
	seen_acks += |seqnos|;
	}

event MailScan::ledger(l: MailScan::Ledger)
	{
	if ( mode == "mute" || mode == "idle" )
		return;

	local seqnos: set[count] = set();
	local words: table[string] of count = { ["malicious"]=0, ["suspicious"]=0, ["error"]=0, ["unscanned"]=0, ["clean"]=0 };
	local answered = 0;

	if ( [l$node, l$incarnation] in taken )
		seqnos = taken[l$node, l$incarnation];

	for ( s in seqnos )
		if ( [l$node, l$incarnation, s] in given )
			{
			++words[given[l$node, l$incarnation, s]];
			++answered;
			}

	local b = MailScan::BridgeLedger($proto=MailScan::proto, $node=l$node, $incarnation=l$incarnation,
	    $epoch=epoch, $sent=l$sent, $first=1, $highest=l$asked, $accepted=|seqnos|,
	    $missing=l$asked - |seqnos|, $overdue=0, $gaps="", $malicious=words["malicious"],
	    $suspicious=words["suspicious"], $error=words["error"], $unscanned=words["unscanned"],
	    $clean=words["clean"], $rescans=0, $open=|seqnos| - answered, $acknowledged=answered);

	if ( hook on_ledger(b) )
		Cluster::publish(reply_topic(l$node, l$incarnation), MailScan::bridge_ledger, b);
	}

event MailScan::node_drain(node: string, incarnation: count, open: count)
	{
	print "drain";
	}

event MailScan::node_bye(node: string, incarnation: count, trace: bool, open: count)
	{
	print fmt("bye, trace=%s open=%d; requests=%d acks=%d", trace, open, requests, seen_acks);

	if ( ++byes == leave_after )
		terminate();
	}
