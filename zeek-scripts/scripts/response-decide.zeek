##! What becomes of a wish to stop traffic: never, once, through the fuse, undone
##! when all that it rests on is withdrawn. Runs where NetControl does.

@load ./response-limits
@load ./response-rules

module MailScan;

# A drop in force, or one that catch and release would make again.
type ActiveDrop: record {
	r: RespondTo;
	info: ResponseInfo;
	# The verdicts it rests on: all must be withdrawn before it is undone.
	grounds: set[string];
	# Nothing was asked of NetControl.
	dry: bool;
	# All its rules are made.
	made: bool &default=F;
	# None of its rules is in force, and catch and release watches the address.
	watched: bool &default=F;
	# How often catch and release has made it again.
	again: count &default=0;
};

# What is in force, by what it drops.
global active_drops: table[string] of ActiveDrop;

# A dry run's drop is over.
global drop_over: event(key: string, info: ResponseInfo);

# Drops of addresses, where response-address.zeek is loaded. Its rules are made; F
# where the address is blocked by somebody else's rule.
global has_addresses = F;
global block_address: function(r: RespondTo, info: ResponseInfo): bool;
global unblock_address: function(a: addr, why: string);

# Whether catch and release would block an address again, and how often it has.
global is_watched: function(a: addr): bool;
global times_blocked_again: function(a: addr): count;

function response_key(r: RespondTo): string
	{
	if ( r$action == "address" )
		return cat("address ", r$bad_h);

	if ( r$action == "connection" )
		return cat("connection ", r$id$orig_h, " ", r$id$orig_p, " ", r$id$resp_h, " ", r$id$resp_p);

	return r$id$orig_h < r$id$resp_h ? cat("pair ", r$id$orig_h, " ", r$id$resp_h) :
	    cat("pair ", r$id$resp_h, " ", r$id$orig_h);
	}

function flow_rule(src: addr, dst: addr, why: string): string
	{
	return NetControl::add_rule(NetControl::Rule($ty=NetControl::DROP, $target=NetControl::FORWARD,
	    $entity=NetControl::Entity($ty=NetControl::FLOW,
	        $flow=NetControl::Flow($src_h=addr_to_subnet(src), $dst_h=addr_to_subnet(dst))),
	    $expire=response_time, $location=why));
	}

# What names a verdict.
function ground(r: RespondTo): string
	{
	return cat(r$node, " ", r$incarnation, " ", r$seqno);
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
	else if ( ! block_address(r, info) )
		return T;

	local refused = F;

	for ( _, rule in info$rules )
		if ( rule == "" )
			refused = T;
		else
			watch_rule(rule, key);

	if ( ! refused )
		return T;

	# What was not refused is not made yet, and goes when it is.
	for ( _, other in info$rules )
		let_go_of(other, "the other half was refused", T);

	write_response(info, "failed", "NetControl refused: no plugin takes the rule, or it is there already");
	return F;
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

	if ( r$action == "address" && ! has_addresses )
		{
		write_response(info, "failed", "mailscan-bridge/response-address is not loaded");
		return;
		}

	if ( refused_by_policy(r, info) )
		return;

	local grounds: set[string];

	if ( key in active_drops )
		{
		grounds = active_drops[key]$grounds;
		add grounds[ground(r)];

		if ( ! active_drops[key]$watched )
			{
			write_response(info, "exists", "");
			return;
			}
		}
	else
		add grounds[ground(r)];

	if ( refused_by_fuse(r, info, now) )
		return;

	# What a trace holds is over: its hosts may be others' by now.
	local dry = response_dry_run || tracing;

	if ( dry )
		{
		write_response(info, "dry_run", tracing ? "read from a trace" : "");

		# What catch and release watches since before the dry run stays ours.
		if ( key in active_drops )
			return;
		}
	else if ( ! make_drop(r, key, info) )
		{
		# Refused, an address is not watched any more.
		delete active_drops[key];
		return;
		}

	local a = ActiveDrop($r=r, $info=info, $grounds=grounds, $dry=dry);
	active_drops[key] = a;

	if ( r$action == "address" && ! dry )
		a$again = times_blocked_again(r$bad_h);

	if ( |info$rules| == 0 && ! dry )
		{
		a$watched = T;
		write_response(info, "exists", "somebody else's rule; catch and release watches the address");
		return;
		}

	drop_times += now;

	if ( dry )
		schedule info$expire { drop_over(key, info) };
	}

function end_drop(key: string, status: string, detail: string)
	{
	local a = active_drops[key];
	local by_address = ! a$dry && a$info$action == "address";
	delete active_drops[key];

	# Removes the rule too, if it is made.
	if ( by_address )
		unblock_address(a$info$bad_h, detail);

	for ( _, rule in a$info$rules )
		let_go_of(rule, status == "failed" ? "the other half failed" : detail, ! by_address);

	write_response(a$info, status, detail);
	}

event drop_over(key: string, info: ResponseInfo)
	{
	# At its end Zeek runs every timer, due or not.
	if ( ! zeek_is_terminating() && key in active_drops && active_drops[key]$info$ts == info$ts )
		end_drop(key, "expired", "");
	}

function drop_made(key: string)
	{
	if ( key !in active_drops )
		return;

	local a = active_drops[key];

	for ( _, rule in a$info$rules )
		if ( rule !in our_rules || ! our_rules[rule]$made )
			return;

	a$made = T;
	write_response(a$info, "dropped", a$again > 0 ? "seen again" : "");
	}

function drop_failed(key: string, why: string)
	{
	if ( key in active_drops )
		end_drop(key, "failed", why);
	}

function drop_gone(key: string)
	{
	if ( key !in active_drops )
		return;

	local a = active_drops[key];

	for ( _, rule in a$info$rules )
		if ( rule in our_rules )
			return;

	if ( ! a$made )
		end_drop(key, "failed", "NetControl let go of it before it was made");
	else if ( a$info$action == "address" && is_watched(a$info$bad_h) )
		{
		a$watched = T;
		a$made = F;
		write_response(a$info, "expired", "");
		}
	else
		end_drop(key, "expired", "");
	}

function undo_what_rests_on(node: string, incarnation: count, seqno: count, why: string)
	{
	local withdrawn = cat(node, " ", incarnation, " ", seqno);
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
