##! What becomes of a wish to stop traffic: never, once, through the fuse, undone
##! when all that it rests on is withdrawn. Runs where NetControl does.

@load ./response-options

module MailScan;

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

# Rules whose other half failed before they were made themselves: let go of them
# when they are.
global abandoned_rules: set[string] &create_expire=1hr;

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
		info$expire = NetControl::catch_release_intervals[block$current_interval];
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

function decide(r: RespondTo)
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

	# What a trace holds is over: its hosts may be others' by now.
	local dry = response_dry_run || tracing;

	if ( dry )
		write_response(info, "dry_run", tracing ? "read from a trace" : "");
	else if ( ! make_drop(r, key, info) )
		return;

	drop_times += now;
	active_drops[key] = ActiveDrop($info=info, $made=now,
	    $grounds=set(ground(r$node, r$incarnation, r$seqno)));
	schedule info$expire { drop_over(key, now) };

	if ( ! dry )
		schedule response_wait { drop_unanswered(key, now) };
	}

function end_drop(key: string, status: string, detail: string)
	{
	local a = active_drops[key];
	delete active_drops[key];

	for ( _, rule in a$info$rules )
		{
		if ( rule in rules_waiting )
			add abandoned_rules[rule];

		delete rules_waiting[rule];
		}

	if ( status != "expired" )
		undo_drop(a$info, detail);

	write_response(a$info, status, detail);
	}

event drop_over(key: string, made: time)
	{
	# At its end Zeek runs every timer, due or not.
	if ( zeek_is_terminating() || key !in active_drops || active_drops[key]$made != made )
		return;

	# NetControl lets go of its rules by itself.
	end_drop(key, "expired", "");
	}

event drop_unanswered(key: string, made: time)
	{
	if ( zeek_is_terminating() || key !in active_drops || active_drops[key]$made != made )
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
	if ( rule in abandoned_rules )
		{
		delete abandoned_rules[rule];
		NetControl::remove_rule(rule, "the other half failed");
		return;
		}

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

function undo_what_rests_on(node: string, incarnation: count, seqno: count, why: string)
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
