##! mailscan.log: one first row for each file asked about, with the daemon's
##! verdict or with the reason why there is none; what comes later makes a
##! further row with another status.

@load base/frameworks/logging
@load ./main

module MailScan;

export {
	redef enum Log::ID += {
		## The stream of mailscan.log.
		LOG
	};

	## Filters rows before they are written.
	global log_policy: Log::PolicyHook;

	## One row of mailscan.log.
	type Info: record {
		## When the file ended (network time).
		ts: time &log;
		## The request's number; unset for a file given up before it was sent.
		seqno: count &log &optional;
		## ``first``; ``late`` (a verdict after the first row was written
		## without one); ``orphan`` (a verdict that an earlier start of this
		## node had asked for); ``rescan`` (a later scan of the same file, which
		## replaces what was said before).
		status: string &log;
		## ``malicious``, ``suspicious``, ``error``, ``unscanned``, ``clean``.
		verdict: string &log;
		## Why the file, or some of it, was not scanned.
		reason: string &log &optional;
		## One line for people.
		detail: string &log &optional;
		## 0 to 100.
		score: count &log &optional;
		## What the tools call what they found, worst first.
		names: vector of string &log &optional;
		## One line a tool: name, version, result, milliseconds.
		tools: vector of string &log &optional;
		## Parts scanned whole / parts found, the file itself included.
		coverage: string &log &optional;
		## From the end of the file to this row (wall clock).
		latency: interval &log &optional;
		## The connection.
		uid: string &log &optional;
		## Its addresses and ports.
		id: conn_id &log &optional;
		## The file, as in files.log.
		fuid: string &log;
		## The whole mail that it is a part of.
		parent_fuid: string &log &optional;
		## ``message``, ``part`` or ``file``.
		kind: string &log;
		## ``SMTP``, ``HTTP``, ...
		source: string &log;
		## It travelled from the originator to the responder.
		is_orig: bool &log &optional;
		## As declared on the wire.
		filename: string &log &optional;
		## As Zeek detected it.
		mime_type: string &log &optional;
		## As the daemon detected it.
		detected_type: string &log &optional;
		## As Zeek computed it; see :zeek:see:`MailScan::hash_md5`.
		md5: string &log &optional;
		## See :zeek:see:`MailScan::log_first_bytes`.
		first_bytes: string &log &optional;
		## Of what was scanned; Zeek's own where nothing was.
		sha256: string &log &optional;
		## Size of what was scanned; where nothing was, of what Zeek saw.
		bytes: count &log &optional;
		## Zeek saw all of the file.
		complete: bool &log &optional;
		## Envelope sender.
		mailfrom: string &log &optional;
		## Envelope recipients.
		rcptto: vector of string &log &optional;
		## Header.
		subject: string &log &optional;
		## Header.
		msg_id: string &log &optional;
		## Publications of the request.
		attempts: count &log &optional;
		## The Zeek process that asked.
		node: string &log;
		## Its start, microseconds since the epoch. Node, incarnation and seqno
		## name a request.
		incarnation: count &log;
	};

	## Raised for each row, for those who write no log.
	global log_mailscan: event(rec: Info);
}

event zeek_init() &priority=5
	{
	Log::create_stream(LOG, Log::Stream($columns=Info, $ev=log_mailscan,
	    $path="mailscan", $policy=log_policy));
	}

# What a row says of a file whose request is gone, from the verdict's echo.
function row_of_echo(v: Verdict): Info
	{
	local row = Info($ts=v$ts, $status="late", $verdict=v$verdict, $seqno=v$seqno,
	    $fuid=v$fuid, $kind=v$kind, $source=v$source, $node=v$node,
	    $incarnation=v$incarnation);

	if ( v?$uid )
		row$uid = v$uid;

	if ( v?$orig_h && v?$orig_p && v?$resp_h && v?$resp_p )
		row$id = conn_id($orig_h=v$orig_h, $orig_p=v$orig_p, $resp_h=v$resp_h,
		    $resp_p=v$resp_p);

	if ( v?$parent_fuid )
		row$parent_fuid = v$parent_fuid;

	if ( v?$is_orig )
		row$is_orig = v$is_orig;

	if ( v?$filename )
		row$filename = v$filename;

	if ( v?$mime_type )
		row$mime_type = v$mime_type;

	if ( v?$mailfrom )
		row$mailfrom = v$mailfrom;

	if ( |v$rcptto| > 0 || v?$mailfrom )
		row$rcptto = v$rcptto;

	if ( v?$subject )
		row$subject = v$subject;

	if ( v?$msg_id )
		row$msg_id = v$msg_id;

	return row;
	}

# What the daemon says.
function add_result(row: Info, v: Verdict)
	{
	row$verdict = v$verdict;

	if ( v$reason != "" )
		row$reason = v$reason;

	if ( v$detail != "" )
		row$detail = v$detail;

	row$score = v$score;
	row$names = v$names;
	row$tools = v$tools;
	row$coverage = v$parts_scanned == 1 && v$parts_found == 1 ? "1/1" :
	    fmt("%d/%d", v$parts_scanned, v$parts_found);

	if ( v$detected_type != "" )
		row$detected_type = v$detected_type;

	if ( v$sha256 != "" )
		{
		row$sha256 = v$sha256;
		row$bytes = v$size;
		}
	}
