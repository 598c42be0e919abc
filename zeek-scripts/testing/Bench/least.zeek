# The least that asks and takes an answer: each file extracted and hashed as in stock.zeek, one request of the contract
# with the mail's context published for it, its verdict taken, a short row written. No hooks, no bounds, no credit, no
# re-sends, no liveness, no acknowledgements, no notices. What Zeek's own publishing, receiving and logging cost is in it.
@load ./stock
@load frameworks/cluster/backend/zeromq
@load mailscan-bridge/api

redef Cluster::Backend::ZeroMQ::run_proxy_thread = F;
redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint = getenv("MAILSCAN_HUB_XPUB");
redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint = getenv("MAILSCAN_HUB_XSUB");
redef Log::enable_remote_logging = F;
redef Log::enable_local_logging = T;
redef exit_only_after_terminate = T;

module Least;

export {
	redef enum Log::ID += { LOG };

	type Info: record {
		ts: time &log;
		seqno: count &log;
		verdict: string &log;
		uid: string &log;
		id: conn_id &log;
		fuid: string &log;
		sha256: string &log;
		bytes: count &log;
		tools: vector of string &log;
	};
}

const node = "least/1";
const incarnation: count = double_to_count(time_to_double(current_time()) * 1e6);
const topic = "mailscan.request.test%2ebridge.";

global last_seqno: count = 0;
global open: table[count] of MailScan::FileRequest;
global reading = F;
global read = F;

function end_if_done()
	{
	if ( read && |open| == 0 )
		terminate();
	}

event zeek_init()
	{
	Log::create_stream(LOG, Log::Stream($columns=Info, $path="least"));
	Cluster::subscribe("mailscan.reply.least%2f1.");
	Cluster::subscribe("mailscan.bridge.test%2ebridge.");
	suspend_processing();
	}

event MailScan::bridge_status(s: MailScan::BridgeStatus)
	{
	if ( ! reading )
		continue_processing();

	reading = T;
	}

event file_state_remove(f: fa_file)
	{
	if ( f$source != "SMTP" )
		return;

	local r = MailScan::FileRequest($proto=MailScan::proto, $node=node, $incarnation=incarnation,
	    $seqno=++last_seqno, $attempt=1, $ts=network_time(), $sent=current_time(),
	    $path=f$info$extracted, $kind="part", $source=f$source, $fuid=f$id,
	    $seen_bytes=f$seen_bytes, $missing_bytes=f$missing_bytes,
	    $overflow_bytes=f$overflow_bytes, $cutoff=F, $timedout=F, $complete=T);

	if ( f?$parent_id )
		r$parent_fuid = f$parent_id;

	if ( f$info?$filename )
		r$filename = f$info$filename;

	if ( f$info?$mime_type )
		r$mime_type = f$info$mime_type;

	if ( f$info?$sha256 )
		r$sha256 = f$info$sha256;

	for ( id, c in f$conns )
		{
		r$uid = c$uid;
		r$orig_h = id$orig_h;
		r$orig_p = id$orig_p;
		r$resp_h = id$resp_h;
		r$resp_p = id$resp_p;

		local s = c$smtp;
		local m = MailScan::MailContext($trans_depth=s$trans_depth);
		r$mail = m;

		if ( s?$helo )
			m$helo = s$helo;

		if ( s?$mailfrom )
			m$mailfrom = s$mailfrom;

		if ( s?$rcptto )
			for ( recipient in s$rcptto )
				m$rcptto += recipient;

		if ( s?$from )
			m$from = s$from;

		if ( s?$to )
			for ( to in s$to )
				m$to += to;

		if ( s?$subject )
			m$subject = s$subject;

		if ( s?$msg_id )
			m$msg_id = s$msg_id;

		if ( s?$date )
			m$date = s$date;
		}

	open[last_seqno] = r;
	Cluster::publish(topic, MailScan::file_request, r);
	}

event MailScan::verdict(v: MailScan::Verdict)
	{
	local r = open[v$seqno];
	delete open[v$seqno];
	Log::write(LOG, Info($ts=r$ts, $seqno=v$seqno, $verdict=v$verdict, $uid=r$uid,
	    $id=conn_id($orig_h=r$orig_h, $orig_p=r$orig_p, $resp_h=r$resp_h, $resp_p=r$resp_p),
	    $fuid=r$fuid, $sha256=v$sha256, $bytes=v$size, $tools=v$tools));
	end_if_done();
	}

event Pcap::file_done(path: string)
	{
	read = T;
	end_if_done();
	}
