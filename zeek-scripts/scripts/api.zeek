##! The contract between Zeek and the MailScanBridge daemon: every event that
##! crosses the wire, and nothing else; their records stand in api-records.zeek.
##!
##! docs/contract.md gives the unit and meaning of each field and the topics;
##! names, order and types here, there and in the daemon are compared by a test.
##!
##! Strings that come from the wire (file names, headers, addresses) are raw
##! bytes in both directions: not decoded, not checked, hostile.

@load ./api-records

module MailScan;

export {
	## The words a verdict may be, worst first.
	const verdict_words: vector of string = vector("malicious", "suspicious",
	    "error", "unscanned", "clean");

	## Zeek to daemon: here I am. Repeated until a status names this node.
	##
	## h: who says so.
	global node_hello: event(h: NodeHello);

	## Zeek to daemon: please scan this file.
	##
	## r: the file and all that is known about it.
	global file_request: event(r: FileRequest);

	## Zeek to daemon: the rows of these requests are written.
	##
	## node: the node that asked.
	##
	## incarnation: that of the verdicts.
	##
	## seqnos: the requests.
	##
	## revisions: of the verdict on each.
	global verdict_ack: event(node: string, incarnation: count, seqnos: vector of count, revisions: vector of count);

	## Zeek to daemon: what this node has counted.
	##
	## l: the counts.
	global ledger: event(l: Ledger);

	## Zeek to daemon: the trace has ended, the node waits.
	##
	## node: the node that waits.
	##
	## incarnation: its incarnation.
	##
	## open: how many verdicts it waits for.
	global node_drain: event(node: string, incarnation: count, open: count);

	## Zeek to daemon: the node ends.
	##
	## node: the node that ends.
	##
	## incarnation: its incarnation.
	##
	## trace: it read a trace, no later incarnation will ask.
	##
	## open: requests it leaves without a verdict.
	global node_bye: event(node: string, incarnation: count, trace: bool, open: count);

	## Zeek to daemon: please look this URL up.
	##
	## r: the URL and where it was seen.
	global url_request: event(r: UrlRequest);

	## Zeek to responder: please stop forwarding this.
	##
	## d: what, and for how long.
	global drop: event(d: Drop);

	## Zeek to responder: let go of a rule before its time.
	##
	## node: the node that asked for it.
	##
	## incarnation: its incarnation.
	##
	## rule: the rule's name.
	global undrop: event(node: string, incarnation: count, rule: string);

	## Daemon to Zeek: the heartbeat, and the answer to a hello.
	##
	## s: the daemon's state.
	global bridge_status: event(s: BridgeStatus);

	## Daemon to Zeek: these requests are on the daemon's disk.
	##
	## node: the node that asked.
	##
	## incarnation: its incarnation.
	##
	## seqnos: the requests.
	##
	## answer_by: wall clock after which Zeek need not wait any more.
	global accepted: event(node: string, incarnation: count, seqnos: vector of count, answer_by: time);

	## Daemon to Zeek: the result of a scan. Sent again until acknowledged.
	##
	## v: the result.
	global verdict: event(v: Verdict);

	## Daemon to Zeek: what it has counted, in answer to a ledger.
	##
	## l: the counts.
	global bridge_ledger: event(l: BridgeLedger);

	## Daemon to Zeek: the daemon stops in an orderly way.
	##
	## bridge: its name.
	##
	## epoch: its epoch.
	##
	## reason: why, for people.
	global bridge_bye: event(bridge: string, epoch: count, reason: string);

	## Daemon to Zeek: what the lists say of a URL. Sent once.
	##
	## v: the result.
	global url_verdict: event(v: UrlVerdict);

	## Responder to Zeek: what became of a rule.
	##
	## node: the node that asked.
	##
	## incarnation: its incarnation.
	##
	## rule: the rule's name.
	##
	## status: ``added``, ``exists``, ``removed`` or ``error``.
	##
	## detail: for people.
	global drop_result: event(node: string, incarnation: count, rule: string, status: string, detail: string);

	## Writes a name so that it can be one level of a topic.
	##
	## name: any bytes.
	##
	## Returns: *name*, with each byte other than letters, digits, ``_`` and
	##          ``-`` as ``%`` and two hex digits.
	global escape_topic: function(name: string): string;
}

function escape_topic(name: string): string
	{
	local result = "";

	for ( c in name )
		result += /^[A-Za-z0-9_-]$/ in c ? c : fmt("%%%02x", bytestring_to_count(c));

	return result;
	}
