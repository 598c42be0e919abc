##! Stops traffic when a verdict is ``malicious``, for a while, through NetControl.
##! Not part of ``mailscan-bridge``: load ``mailscan-bridge/response`` too, read
##! the options, and begin with :zeek:see:`MailScan::response_dry_run`.
##!
##! Decisions are made in one place, on the manager of a cluster: what may never
##! be dropped, what is dropped already, and the fuse, which lets no more than a
##! few drops an hour through and then stops and says so. Each decision is a row
##! of mailscan_response.log.
##!
##! NetControl's own plugins for other machines speak Broker and do nothing over
##! ZeroMQ. This package brings one that asks the responder
##! (``mailscan-bridge respond``) over the cluster's own hub.

@load base/frameworks/netcontrol
@load frameworks/netcontrol/catch-and-release
@load ./api
@load ./notices
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
	## the host it came from, by catch and release; ``none``. Default: pair.
	option response_action = "pair";

	## For how long (but see :zeek:see:`NetControl::catch_release_intervals`
	## for ``address``). Default: 10 minutes.
	option response_time = 10min;

	## Decide and log, and drop nothing. Default: F.
	option response_dry_run = F;

	## Nothing is dropped that has one of these at either end: mail and name
	## servers of your own, for a start. Default: loopback and link-local.
	option response_never: set[subnet] = { 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, [::1]/128, [fe80::]/10, [ff00::]/8 };

	## The fuse: at most so many drops in an hour. Default: 20.
	option response_max_per_hour: count = 20;

	## Respond although anyone who reaches the hub can send verdicts, since the
	## hub asks for no keys (CURVE). Default: F, and then Zeek does not start.
	const response_unauthenticated = F &redef;

	## The responder's answer is waited for so long. Default: 5 seconds.
	const response_wait = 5sec &redef;

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

	## Decides about a drop before it is made; ``break``: do not (the row says
	## ``never``).
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

# A drop in force.
type ActiveDrop: record {
	info: ResponseInfo;
	made: time;
	# The verdicts it rests on: all must be withdrawn before it is undone.
	grounds: set[string];
};

# What is in force, by what it drops.
global active_drops: table[string] of ActiveDrop;

# Rules that no plugin has answered for yet, and the drop they are part of.
global rules_waiting: table[string] of string;

# When the drops of the last hour were made; the oldest first.
global drop_times: vector of time;

global drop_unanswered: event(key: string, made: time);
global drop_over: event(key: string, made: time);

function write_response(info: ResponseInfo, status: string, detail: string)
	{
	local row = copy(info);
	row$ts = current_time();
	row$status = status;

	if ( detail != "" )
		row$detail = detail;

	Log::write(RESPONSE_LOG, row);
	}

function response_key(r: RespondTo): string
	{
	if ( r$action == "address" )
		return cat("address ", r$bad_h);

	if ( r$action == "connection" )
		return cat("connection ", r$id$orig_h, " ", r$id$orig_p, " ", r$id$resp_h, " ", r$id$resp_p);

	return r$id$orig_h < r$id$resp_h ? cat("pair ", r$id$orig_h, " ", r$id$resp_h) :
	    cat("pair ", r$id$resp_h, " ", r$id$orig_h);
	}

function fuse_blown(now: time): bool
	{
	while ( |drop_times| > 0 && now - drop_times[0] > 1hr )
		drop_times = drop_times[1:];

	return |drop_times| >= response_max_per_hour;
	}

function flow_rule(src: addr, dst: addr, why: string): string
	{
	return NetControl::add_rule(NetControl::Rule($ty=NetControl::DROP, $target=NetControl::FORWARD,
	    $entity=NetControl::Entity($ty=NetControl::FLOW,
	        $flow=NetControl::Flow($src_h=addr_to_subnet(src), $dst_h=addr_to_subnet(dst))),
	    $expire=response_time, $location=why));
	}

# Lets go of what NetControl was asked for.
function undo_drop(info: ResponseInfo, why: string)
	{
	if ( info$action == "address" )
		{
		NetControl::unblock_address_catch_release(info$bad_h, why);
		return;
		}

	for ( _, rule in info$rules )
		if ( rule != "" )
			NetControl::remove_rule(rule, why);
	}

# Ask NetControl; its refusal is logged.
function make_drop(r: RespondTo, key: string, info: ResponseInfo): bool
	{
	if ( r$action == "pair" )
		{
		info$rules += flow_rule(r$id$orig_h, r$id$resp_h, r$why);
		info$rules += flow_rule(r$id$resp_h, r$id$orig_h, r$why);
		}
	else if ( r$action == "connection" )
		info$rules += NetControl::drop_connection(r$id, response_time, r$why);
	else
		{
		local block = NetControl::drop_address_catch_release(r$bad_h, r$why);
		info$rules += block$current_block_id;
		info$expire = block$current_interval;
		}

	for ( _, rule in info$rules )
		if ( rule == "" )
			{
			undo_drop(info, "it was refused in part");
			write_response(info, "failed", "NetControl refused: no plugin takes the rule, or it is there already");
			return F;
			}

	for ( _, asked in info$rules )
		rules_waiting[asked] = key;

	return T;
	}

# What names a verdict.
function ground(node: string, incarnation: count, seqno: count): string
	{
	return cat(node, " ", incarnation, " ", seqno);
	}

event respond_to(r: RespondTo)
	{
	local now = current_time();
	local key = response_key(r);
	local info = ResponseInfo($ts=now, $status="", $action=r$action, $uid=r$uid, $id=r$id,
	    $bad_h=r$bad_h, $expire=response_time, $why=r$why, $seqno=r$seqno, $node=r$node,
	    $incarnation=r$incarnation, $rules=vector());

	if ( r?$fuid )
		info$fuid = r$fuid;

	if ( r?$url )
		info$url = r$url;

	if ( r$action != "pair" && r$action != "connection" && r$action != "address" )
		{
		write_response(info, "failed", fmt("\"%s\" is no response", printable(r$action)));
		return;
		}

	for ( net in response_never )
		if ( r$id$orig_h in net || r$id$resp_h in net )
			{
			write_response(info, "never", fmt("response_never has %s", net));
			return;
			}

	if ( ! hook response_policy(r) )
		{
		write_response(info, "never", "response_policy says no");
		return;
		}

	if ( key in active_drops )
		{
		add active_drops[key]$grounds[ground(r$node, r$incarnation, r$seqno)];
		write_response(info, "exists", "");
		return;
		}

	if ( fuse_blown(now) )
		{
		write_response(info, "fuse", fmt("%d drops within an hour", |drop_times|));
		NOTICE(Notice::Info($note=Response_Fuse,
		    $msg=fmt("%d drops within an hour: no more for now", |drop_times|),
		    $sub=r$why, $uid=r$uid, $id=r$id, $identifier="fuse"));
		return;
		}

	if ( response_dry_run )
		write_response(info, "dry_run", "");
	else if ( ! make_drop(r, key, info) )
		return;

	drop_times += now;
	active_drops[key] = ActiveDrop($info=info, $made=now,
	    $grounds=set(ground(r$node, r$incarnation, r$seqno)));
	schedule info$expire { drop_over(key, now) };

	if ( ! response_dry_run )
		schedule response_wait { drop_unanswered(key, now) };
	}

function end_drop(key: string, status: string, detail: string)
	{
	local a = active_drops[key];
	delete active_drops[key];

	for ( _, rule in a$info$rules )
		delete rules_waiting[rule];

	if ( status != "expired" )
		undo_drop(a$info, detail);

	write_response(a$info, status, detail);
	}

event drop_over(key: string, made: time)
	{
	# NetControl lets go of its rules by itself.
	if ( key in active_drops && active_drops[key]$made == made )
		end_drop(key, "expired", "");
	}

event drop_unanswered(key: string, made: time)
	{
	if ( key !in active_drops || active_drops[key]$made != made )
		return;

	for ( _, rule in active_drops[key]$info$rules )
		if ( rule in rules_waiting )
			{
			# It stays in force here, since the rule may have been made.
			write_response(active_drops[key]$info, "failed", "no answer from the responder");
			return;
			}
	}

function rule_answered(rule: string)
	{
	if ( rule !in rules_waiting )
		return;

	local key = rules_waiting[rule];
	delete rules_waiting[rule];

	if ( key !in active_drops )
		return;

	for ( _, other in active_drops[key]$info$rules )
		if ( other in rules_waiting )
			return;

	write_response(active_drops[key]$info, "dropped", "");
	}

event NetControl::rule_added(r: NetControl::Rule, p: NetControl::PluginState, msg: string)
	{
	rule_answered(r$id);
	}

event NetControl::rule_exists(r: NetControl::Rule, p: NetControl::PluginState, msg: string)
	{
	rule_answered(r$id);
	}

event NetControl::rule_error(r: NetControl::Rule, p: NetControl::PluginState, msg: string)
	{
	if ( r$id in rules_waiting && rules_waiting[r$id] in active_drops )
		end_drop(rules_waiting[r$id], "failed", msg);
	}

event respond_undo(node: string, incarnation: count, seqno: count, why: string)
	{
	local withdrawn = ground(node, incarnation, seqno);
	local over: vector of string;

	for ( key, a in active_drops )
		{
		if ( withdrawn !in a$grounds )
			next;

		delete a$grounds[withdrawn];

		if ( |a$grounds| == 0 )
			over += key;
		}

	for ( _, k in over )
		end_drop(k, "undone", why);
	}

hook verdict_policy(v: Verdict, row: Info, response: Response) &priority=10
	{
	if ( row$verdict == "malicious" && response_action != "none" )
		response$drop = response_action;
	}

hook url_verdict_policy(v: UrlVerdict, row: UrlInfo, response: Response) &priority=10
	{
	if ( row$verdict == "malicious" && response_action != "none" )
		response$drop = response_action;
	}

# This process decides.
function decides(): bool
	{
	return ! Cluster::is_enabled() || Cluster::local_node_type() == Cluster::MANAGER;
	}

hook respond(r: RespondTo)
	{
	if ( decides() )
		event respond_to(r);
	else
		Cluster::publish(Cluster::manager_topic, respond_to, r);
	}

hook withdraw(node: string, incarnation: count, seqno: count, why: string)
	{
	if ( decides() )
		event respond_undo(node, incarnation, seqno, why);
	else
		Cluster::publish(Cluster::manager_topic, respond_undo, node, incarnation, seqno, why);
	}

function hub_asks_for_keys(): bool
	{
	if ( Cluster::backend == Cluster::CLUSTER_BACKEND_NONE )
		# Nobody but this process can raise a verdict.
		return T;

@ifdef ( Cluster::Backend::ZeroMQ::curve_server_publickey )
	return Cluster::Backend::ZeroMQ::curve_server_publickey != "";
@else
	return F;
@endif
	}

event zeek_init() &priority=5
	{
	Log::create_stream(RESPONSE_LOG, Log::Stream($columns=ResponseInfo, $ev=log_mailscan_response,
	    $path="mailscan_response", $policy=log_policy_response));

	if ( ! response_unauthenticated && ! hub_asks_for_keys() )
		Reporter::fatal("MailScan: anyone who reaches the hub could have traffic dropped, since the hub asks for no keys; set up CURVE, or redef MailScan::response_unauthenticated=T");
	}
