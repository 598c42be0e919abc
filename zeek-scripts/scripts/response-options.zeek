##! Options, log and hooks of the response; see response.zeek.

@load base/frameworks/netcontrol
@load ./api
@load ./notices
@load ./url-options
@load ./response-plugin

module MailScan;

export {
	redef enum Log::ID += {
		## The stream of mailscan_response.log.
		RESPONSE_LOG
	};

	redef enum Notice::Type += {
		## Too many drops in an hour: no more for now.
		Response_Fuse
	};

	## Filters rows before they are written.
	global log_policy_response: Log::PolicyHook;

	## What to do about a malicious file or URL: ``pair`` drops what the two
	## hosts send each other, ``connection`` this connection alone, ``address``
	## the host it came from, by catch and release (load
	## ``mailscan-bridge/response-address`` for it); ``none``. Default: pair.
	option response_action = "pair";

	## For how long (but see :zeek:see:`NetControl::catch_release_intervals`
	## for ``address``; of these none is longer than
	## :zeek:see:`MailScan::response_max_time`). Default: 10 minutes.
	option response_time = 10min;

	## Decide and log, and drop nothing. Default: F. On a hub that asks for no
	## keys it stays as it was at the start; see
	## :zeek:see:`MailScan::response_unauthenticated`.
	option response_dry_run = F;

	## Nothing is dropped that has one of these at either end: mail and name
	## servers of your own, for a start. Default: loopback and link-local.
	option response_never: set[subnet] = { 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, [::1]/128, [fe80::]/10, [ff00::]/8 };

	## The fuse: at most so many drops in an hour. Default: 20.
	option response_max_per_hour: count = 20;

	## Respond although anyone who reaches the hub can send verdicts, since the
	## hub asks for no keys (CURVE). Default: F, and then Zeek does not start but
	## for a dry run.
	const response_unauthenticated = F &redef;

	## One row of mailscan_response.log.
	type ResponseInfo: record {
		## Wall clock.
		ts: time &log;
		## ``dropped``, ``dry_run``, ``never`` (see
		## :zeek:see:`MailScan::response_never`), ``exists`` (dropped already),
		## ``fuse``, ``failed``, ``undone`` (the verdict was withdrawn),
		## ``expired``.
		status: string &log;
		## ``pair``, ``connection`` or ``address``.
		action: string &log;
		## The connection.
		uid: string &log;
		## Its addresses and ports.
		id: conn_id &log;
		## The host that the bad thing came from.
		bad_h: addr &log;
		## How long.
		expire: interval &log;
		## Why.
		why: string &log;
		## What went wrong.
		detail: string &log &optional;
		## The file.
		fuid: string &log &optional;
		## The URL.
		url: string &log &optional;
		## The request or lookup that the verdict answers.
		seqno: count &log;
		## The node that asked.
		node: string &log;
		## Its incarnation.
		incarnation: count &log;
		## NetControl's names of the rules.
		rules: vector of string &log;
	};

	## Raised for each row.
	global log_mailscan_response: event(rec: ResponseInfo);

	## Decides about a drop before it is made, and before catch and release makes
	## it again; ``break``: do not (the row says ``never``).
	##
	## r: what is about to be done.
	global response_policy: hook(r: RespondTo);

	## Worker to manager: a wish.
	##
	## r: what to do.
	global respond_to: event(r: RespondTo);

	## Worker to manager: undo what rests on this verdict.
	##
	## node: the node that asked.
	##
	## incarnation: its incarnation.
	##
	## seqno: the request.
	##
	## why: for people.
	global respond_undo: event(node: string, incarnation: count, seqno: count, why: string);
}
