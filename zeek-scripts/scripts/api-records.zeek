##! The records that cross the wire between Zeek and the MailScanBridge daemon; see
##! api.zeek, which has the events that carry them.
##!
##! Records travel by position, so a field is only ever added at the end, and
##! then :zeek:see:`MailScan::proto` grows.

module MailScan;

export {
	## Version of this contract.
	const proto: count = 3;

	## What is known about the mail a file travelled in.
	type MailContext: record {
		helo: string &optional;           ##< Argument of HELO or EHLO.
		mailfrom: string &optional;       ##< Envelope sender.
		rcptto: vector of string;         ##< Envelope recipients.
		from: string &optional;           ##< Header.
		to: vector of string;             ##< Header.
		cc: vector of string;             ##< Header.
		reply_to: string &optional;       ##< Header.
		subject: string &optional;        ##< Header.
		msg_id: string &optional;         ##< Header.
		date: string &optional;           ##< Header.
		first_received: string &optional; ##< Header.
		user_agent: string &optional;     ##< Header.
		trans_depth: count;               ##< Which mail of the connection, from 1.
		path: vector of string;           ##< Addresses it came by, the last first.
		cut: bool &default=F;             ##< Something was too long, and is cut or left out.
	};

	## A Zeek process that asks, or wants to.
	type NodeHello: record {
		proto: count;        ##< Version of the contract.
		node: string;        ##< Stable name of this Zeek process.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		zeek_version: string;  ##< What it runs.
		trace: bool;         ##< Reads a trace file, and will end.
		spool: string;       ##< Absolute directory this node extracts to.
		open: count;         ##< Requests published and without a verdict.
		sent: time;          ##< Wall clock.
	};

	## One file to scan.
	type FileRequest: record {
		proto: count;  ##< Version of the contract.
		node: string;  ##< The Zeek process, by its stable name.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		seqno: count;                  ##< 1, 2, 3, ... by first publication.
		attempt: count;                ##< 1 at first publication.
		ts: time;                      ##< Network time at which the file ended.
		sent: time;                    ##< Wall clock of this publication.
		path: string;                  ##< Extracted file; empty if there is none.
		kind: string;                  ##< ``message``, ``part`` or ``file``.
		source: string;                ##< Zeek's source: ``SMTP``, ``HTTP``, ...
		fuid: string;  ##< The file, as in files.log.
		parent_fuid: string &optional; ##< The whole mail this part belongs to.
		uid: string &optional;  ##< The connection.
		orig_h: addr &optional;  ##< Its originator.
		orig_p: port &optional;  ##< The originator's port.
		resp_h: addr &optional;  ##< Its responder.
		resp_p: port &optional;  ##< The responder's port.
		is_orig: bool &optional;       ##< Travelled from orig to resp.
		filename: string &optional;    ##< As declared on the wire.
		mime_type: string &optional;   ##< As Zeek detected it.
		declared_type: string &optional; ##< Content-Type as declared.
		seen_bytes: count;  ##< Bytes that Zeek saw.
		total_bytes: count &optional;  ##< Declared size.
		missing_bytes: count;  ##< Bytes that Zeek missed.
		overflow_bytes: count;  ##< Bytes that Zeek had to leave out.
		cutoff: bool;                  ##< Extraction stopped at the size limit.
		timedout: bool;                ##< Zeek stopped waiting for the end.
		complete: bool;                ##< Nothing missing, nothing cut.
		sha256: string &optional;  ##< Of the file, where Zeek has it.
		mail: MailContext &optional;   ##< The mail it travelled in.
		meta: table[string] of string &default=table(); ##< What the user's hooks add.
	};

	## The daemon's heartbeat, and its answer to a hello.
	type BridgeStatus: record {
		proto: count;  ##< Version of the contract.
		bridge: string;  ##< Name of the bridge.
		epoch: count;          ##< Start of the daemon; a new one: send again.
		version: string;  ##< Of the daemon.
		sent: time;            ##< Wall clock.
		heartbeat: interval;   ##< Time to the next heartbeat.
		credit: count;         ##< Most that a node may have unaccepted.
		queue: count;          ##< Accepted and without a verdict.
		level: count;          ##< Overload level, 0 = none.
		rules: string;         ##< Name of the rule set in force.
		ack_node: string;      ##< Whose hello this answers, else empty.
		ack_incarnation: count;  ##< Its incarnation, else 0.
		spool: string;         ##< Directory the daemon takes files from.
	};

	## The answer to one request, complete in itself.
	type Verdict: record {
		proto: count;  ##< Version of the contract.
		node: string;  ##< The Zeek process, by its stable name.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		seqno: count;  ##< The request's number.
		epoch: count;             ##< Of the daemon that scanned.
		verdict: string;          ##< See :zeek:see:`MailScan::verdict_words`.
		reason: string;           ##< Why there is no scan result, else empty.
		detail: string;           ##< One line for people.
		score: count;             ##< 0 to 100.
		names: vector of string;  ##< What the tools call what they found.
		tools: vector of string;  ##< One line a tool.
		parts_found: count;  ##< The file and what is inside it.
		parts_scanned: count;  ##< Of these, scanned whole.
		sha256: string;           ##< Of what was scanned.
		size: count;              ##< Of what was scanned, bytes.
		detected_type: string;    ##< By content, as the daemon sees it.
		scan_time: interval;      ##< From acceptance to verdict.
		ts: time;                 ##< From here on as in the request.
		kind: string;  ##< ``message``, ``part`` or ``file``.
		source: string;  ##< Zeek's source.
		fuid: string;  ##< The file, as in files.log.
		parent_fuid: string &optional;  ##< The whole mail this part belongs to.
		uid: string &optional;  ##< The connection.
		orig_h: addr &optional;  ##< Its originator.
		orig_p: port &optional;  ##< The originator's port.
		resp_h: addr &optional;  ##< Its responder.
		resp_p: port &optional;  ##< The responder's port.
		is_orig: bool &optional;  ##< Travelled from orig to resp.
		filename: string &optional;  ##< As declared on the wire.
		mime_type: string &optional;  ##< As Zeek detected it.
		mailfrom: string &optional;  ##< Envelope sender.
		rcptto: vector of string;  ##< Envelope recipients.
		subject: string &optional;  ##< Header.
		msg_id: string &optional;  ##< Header.
		revision: count;          ##< 1, then 2, 3, ... for later scans.
	};

	## What a node has counted since its start.
	type Ledger: record {
		proto: count;  ##< Version of the contract.
		node: string;  ##< The Zeek process, by its stable name.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		sent: time;          ##< Wall clock; echoed by the answer.
		asked: count;        ##< The last seqno.
		accepted: count;  ##< Requests the daemon accepted.
		malicious: count;    ##< First rows with this verdict.
		suspicious: count;  ##< The same.
		error: count;  ##< The same.
		unscanned: count;  ##< The same.
		clean: count;  ##< The same.
		given_up: count;     ##< First rows without a verdict.
		open: count;         ##< Without a first row.
	};

	## What the daemon has counted of that node.
	type BridgeLedger: record {
		proto: count;  ##< Version of the contract.
		node: string;  ##< The Zeek process, by its stable name.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		epoch: count;        ##< Of the daemon.
		sent: time;          ##< Of the ledger.
		first: count;        ##< Lowest seqno that is counted.
		highest: count;      ##< Highest that arrived or was named.
		accepted: count;     ##< On its disk.
		missing: count;      ##< Not arrived, of those up to the highest.
		overdue: count;      ##< Of these, missing for long.
		gaps: string;        ##< Ranges of those.
		malicious: count;    ##< First verdicts.
		suspicious: count;  ##< The same.
		error: count;  ##< The same.
		unscanned: count;  ##< The same.
		clean: count;  ##< The same.
		rescans: count;      ##< Verdicts of later scans.
		open: count;         ##< Without a verdict.
		acknowledged: count; ##< First verdicts acknowledged.
	};

	## One URL to look up.
	type UrlRequest: record {
		proto: count;  ##< Version of the contract.
		node: string;  ##< The Zeek process, by its stable name.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		seqno: count;          ##< 1, 2, 3, ... in a count of its own.
		ts: time;              ##< Network time at which it was seen.
		sent: time;            ##< Wall clock of this publication.
		url: string;           ##< As seen.
		host: string;          ##< The host it names, where Zeek can tell.
		source: string;        ##< ``HTTP`` or ``SMTP``.
		who: string &optional; ##< HTTP user name, envelope sender.
		uid: string;  ##< The connection.
		orig_h: addr;  ##< Its originator.
		orig_p: port;  ##< The originator's port.
		resp_h: addr;  ##< Its responder.
		resp_p: port;  ##< The responder's port.
		fuid: string &optional; ##< The mail's part it was found in.
	};

	## The answer to one lookup, complete in itself.
	type UrlVerdict: record {
		proto: count;  ##< Version of the contract.
		node: string;  ##< The Zeek process, by its stable name.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		seqno: count;  ##< The request's number.
		epoch: count;             ##< Of the daemon that looked it up.
		verdict: string;          ##< ``clean``: on none of the lists.
		reason: string;           ##< Why it was not looked up, else empty.
		detail: string;           ##< One line for people.
		score: count;             ##< 0 to 100.
		names: vector of string;  ##< What the lists call it.
		tools: vector of string;  ##< One line a list.
		ts: time;                 ##< From here on as in the request.
		url: string;  ##< As seen.
		host: string;  ##< The host it names.
		source: string;  ##< Zeek's source.
		who: string &optional;  ##< HTTP user name, envelope sender.
		uid: string;  ##< The connection.
		orig_h: addr;  ##< Its originator.
		orig_p: port;  ##< The originator's port.
		resp_h: addr;  ##< Its responder.
		resp_p: port;  ##< The responder's port.
		fuid: string &optional;  ##< The file, as in files.log.
	};

	## What to stop forwarding; an unset field is any.
	type Drop: record {
		proto: count;  ##< Version of the contract.
		node: string;            ##< Who asks.
		incarnation: count;  ##< Its start, microseconds since the epoch.
		rule: string;            ##< Name of the rule.
		sent: time;              ##< Wall clock.
		src_h: subnet &optional;  ##< Where it comes from.
		src_p: port &optional;  ##< The port it comes from.
		dst_h: subnet &optional;  ##< Where it goes.
		dst_p: port &optional;  ##< The port it goes to.
		both_ways: bool;         ##< The other direction too.
		expire: interval;        ##< When the responder lets go by itself.
		why: string;             ##< For people.
	};
}
