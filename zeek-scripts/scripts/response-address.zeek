##! The response ``address``, for those who load it: NetControl's catch and release blocks a host for a
##! while, watches it, and blocks it for longer when it is seen again. It does that
##! by itself, so each further block is stopped on its way to NetControl's plugins
##! and let through only as a drop of ours would be: what must never be dropped, a
##! dry run, the fuse, a row of mailscan_response.log.
##!
##! It is not part of ``mailscan-bridge/response``, since catch and release looks
##! at each connection seven times, whether or not any address is watched.

@load ./version

@if ( MailScan::running_zeek >= MailScan::oldest_zeek )

@load frameworks/netcontrol/catch-and-release
@load ./response

module MailScan;

# We ask for the rule that NetControl makes, and decided about it.
global deciding = F;

# Catch and release has made a rule again / is to forget an address.
global blocked_again: event(key: string, rule: string, expire: interval);
global forget_address: event(a: addr, why: string);

function address_key(a: addr): string
	{
	return cat("address ", a);
	}

# No longer than the responder takes: seen again after that, it is blocked again.
function block_time(wanted: interval): interval
	{
	return responder_used && wanted > response_max_time ? response_max_time : wanted;
	}

function is_watched(a: addr): bool
	{
	return NetControl::get_catch_release_info(a)$watch_until > network_time();
	}

function times_blocked_again(a: addr): count
	{
	return NetControl::get_catch_release_info(a)$num_reblocked;
	}

function unblock_address(a: addr, why: string)
	{
	NetControl::unblock_address_catch_release(a, why);
	}

function block_address(r: RespondTo, info: ResponseInfo): bool
	{
	local before = NetControl::get_catch_release_info(r$bad_h)$current_block_id;
	deciding = T;

	# What is watched already is not blocked by asking for it once more.
	if ( is_watched(r$bad_h) )
		NetControl::catch_release_seen(r$bad_h);
	else
		NetControl::drop_address_catch_release(r$bad_h, r$why);

	deciding = F;

	local block = NetControl::get_catch_release_info(r$bad_h);

	if ( block$current_block_id != "" &&
	     ( block$current_block_id == before || ! block?$block_until ) )
		return F;

	info$rules += block$current_block_id;
	info$expire = block_time(NetControl::catch_release_intervals[block$current_interval]);

	if ( block$current_block_id == "" )
		unblock_address(r$bad_h, "it was refused");

	return T;
	}

hook NetControl::rule_policy(rule: NetControl::Rule)
	{
	if ( rule$ty != NetControl::DROP || rule$entity$ty != NetControl::ADDRESS || ! rule?$expire )
		return;

	if ( deciding )
		{
		rule$expire = block_time(rule$expire);
		return;
		}

	local bad_h = subnet_to_addr(rule$entity$ip);
	local key = address_key(bad_h);

	if ( key !in active_drops || ! active_drops[key]$watched )
		return;

	# Who else blocks the address has not blocked it again.
	local a = active_drops[key];
	local reblocked = times_blocked_again(bad_h);

	if ( reblocked <= a$again )
		return;

	local now = current_time();
	local why = "";
	rule$expire = block_time(rule$expire);

	local info = copy(a$info);
	info$expire = rule$expire;
	info$rules = vector();

	if ( refused_by_policy(a$r, info) )
		why = "it may not be dropped";
	else if ( response_dry_run )
		{
		write_response(info, "dry_run", "seen again");
		why = "a dry run";
		}
	else if ( refused_by_fuse(a$r, info, now) )
		why = "the fuse";

	if ( why != "" )
		{
		# Or it would be asked about with each further connection.
		delete active_drops[key];
		event forget_address(bad_h, why);
		break;
		}

	a$again = reblocked;
	a$info = info;
	drop_times += now;
	event blocked_again(key, rule$id, rule$expire);
	}

event blocked_again(key: string, rule: string, expire: interval)
	{
	if ( key !in active_drops )
		return;

	local a = active_drops[key];

	if ( NetControl::get_catch_release_info(a$info$bad_h)$current_block_id == rule )
		{
		a$watched = F;
		a$info$rules += rule;
		watch_rule(rule, key);
		}
	else
		end_drop(key, "failed", "NetControl refused: no plugin takes the rule");
	}

event forget_address(a: addr, why: string)
	{
	# A drop that was decided since stays.
	if ( address_key(a) !in active_drops )
		unblock_address(a, why);
	}

# It did not come again.
event NetControl::catch_release_forgotten(a: addr, bi: NetControl::BlockInfo)
	{
	local key = address_key(a);

	if ( key in active_drops && active_drops[key]$watched )
		delete active_drops[key];
	}

event zeek_init() &priority=16
	{
	has_addresses = T;
	}

@endif
