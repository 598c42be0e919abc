##! A NetControl plugin that asks MailScanBridge's responder
##! (``mailscan-bridge respond``) over Zeek's cluster backend, whatever it is.
##! It takes rules that drop for a time: connections, addresses, and flows by
##! addresses and ports.
##!
##! The responder lets go of a rule by itself a little after its time, so that
##! nothing stays blocked when Zeek is gone. NetControl gets an answer in any
##! case: where the responder gives none in time, it is that there was none, so
##! that NetControl forgets the rule and one for the same hosts can be made.

@load base/frameworks/netcontrol
@load ./main

module MailScan;

export {
	## Activate the plugin when NetControl starts. Default: T.
	const response_plugin = T &redef;

	## Its priority among NetControl's plugins. Default: 0.
	const response_plugin_priority: int = 0 &redef;

	## How much longer than Zeek the responder keeps a rule. Default: 30
	## seconds.
	const response_grace = 30sec &redef;

	## The longest time that the responder takes, its own *respond.max_time*.
	## The plugin takes no rule for longer, and adds no more of
	## :zeek:see:`MailScan::response_grace` than fits. Default: 1 day.
	const response_max_time = 1day &redef;

	## The answer to a rule, from the responder or from another of NetControl's
	## plugins, is waited for so long; then the rule has failed, or is gone.
	## Default: 5 seconds.
	const response_wait = 5sec &redef;

	## Makes the plugin, for those who activate it themselves.
	global create_responder: function(): NetControl::PluginState;
}

# A rule the responder was asked for, until NetControl has forgotten it.
type AskedRule: record {
	rule: NetControl::Rule;
	# The responder has it.
	made: bool &default=F;
	# The responder was asked to let go of it.
	let_go: bool &default=F;
	# NetControl was told that the responder does not have it (any more).
	over: bool &default=F;
};

global asked_rules: table[string] of AskedRule;

global rule_unanswered: event(rule: string, let_go: bool);

global responder: NetControl::PluginState;

# Somebody activated the plugin.
global responder_used = F;

global drop_topic = "";

# The rule as the responder takes it, or nothing where it cannot be said so.
function set_ends(d: Drop, e: NetControl::Entity): bool
	{
	switch ( e$ty )
		{
		case NetControl::ADDRESS:
			d$src_h = e$ip;
			return T;

		case NetControl::CONNECTION:
			d$src_h = addr_to_subnet(e$conn$orig_h);
			d$src_p = e$conn$orig_p;
			d$dst_h = addr_to_subnet(e$conn$resp_h);
			d$dst_p = e$conn$resp_p;
			return T;

		case NetControl::FLOW:
			d$both_ways = F;

			if ( e$flow?$src_m || e$flow?$dst_m )
				return F;

			if ( e$flow?$src_h )
				d$src_h = e$flow$src_h;

			if ( e$flow?$src_p )
				d$src_p = e$flow$src_p;

			if ( e$flow?$dst_h )
				d$dst_h = e$flow$dst_h;

			if ( e$flow?$dst_p )
				d$dst_p = e$flow$dst_p;

			return T;
		}

	return F;
	}

function responder_add(p: NetControl::PluginState, r: NetControl::Rule): bool
	{
	# To NetControl nothing or less is for ever; the responder keeps nothing so long.
	if ( r$ty != NetControl::DROP || r$target != NetControl::FORWARD || ! r?$expire ||
	     r$expire <= 0sec || r$expire > response_max_time )
		return F;

	local longest = r$expire + response_grace;
	local d = Drop($proto=proto, $node=our_node, $incarnation=our_incarnation, $rule=r$id,
	    $sent=current_time(), $both_ways=T,
	    $expire=longest < response_max_time ? longest : response_max_time,
	    $why=r?$location ? r$location : "");

	if ( ! set_ends(d, r$entity) )
		return F;

	asked_rules[r$id] = AskedRule($rule=r);
	Cluster::publish(drop_topic, drop, d);
	schedule response_wait { rule_unanswered(r$id, F) };
	return T;
	}

function publish_undrop(rule: string)
	{
	Cluster::publish(drop_topic, undrop, our_node, our_incarnation, rule);
	}

function responder_remove(p: NetControl::PluginState, r: NetControl::Rule, reason: string): bool
	{
	if ( r$id !in asked_rules )
		return F;

	asked_rules[r$id]$let_go = T;
	publish_undrop(r$id);
	schedule response_wait { rule_unanswered(r$id, T) };
	return T;
	}

function responder_name(p: NetControl::PluginState): string
	{
	return "MailScanBridge-responder";
	}

function create_responder(): NetControl::PluginState
	{
	responder = NetControl::PluginState($plugin=NetControl::Plugin($name=responder_name,
	    $can_expire=F, $add_rule=responder_add, $remove_rule=responder_remove));
	responder_used = T;
	return responder;
	}

# The responder does not have the rule (any more): NetControl forgets it.
function responder_failed(a: AskedRule, why: string)
	{
	a$over = T;
	event NetControl::rule_error(a$rule, responder, why);
	}

event drop_result(node: string, incarnation: count, rule: string, status: string, detail: string)
	{
	if ( node != our_node || incarnation != our_incarnation )
		return;

	local made = status == "added" || status == "exists";

	if ( rule !in asked_rules || asked_rules[rule]$over )
		{
		# Too late: nobody would ever let go of it.
		if ( made )
			publish_undrop(rule);

		return;
		}

	local a = asked_rules[rule];

	if ( made )
		{
		if ( a$made )
			return;

		a$made = T;

		if ( status == "added" )
			event NetControl::rule_added(a$rule, responder, detail);
		else
			event NetControl::rule_exists(a$rule, responder, detail);
		}
	else if ( status == "removed" )
		{
		a$over = T;
		event NetControl::rule_removed(a$rule, responder, detail);
		}
	else
		responder_failed(a, detail);
	}

# No answer in time, to a rule or to the wish that it be let go.
event rule_unanswered(rule: string, let_go: bool)
	{
	# At its end Zeek runs every timer, due or not.
	if ( zeek_is_terminating() || rule !in asked_rules )
		return;

	local a = asked_rules[rule];

	if ( a$over || ( a$made && ! let_go ) )
		return;

	# The rule may have been made, and only the answer was lost.
	if ( ! let_go )
		publish_undrop(rule);

	responder_failed(a, "no answer from the responder");
	}

event NetControl::rule_destroyed(r: NetControl::Rule)
	{
	if ( r$id !in asked_rules )
		return;

	# Deleted, and the responder was not asked to let go of it.
	if ( ! asked_rules[r$id]$over && ! asked_rules[r$id]$let_go )
		publish_undrop(r$id);

	delete asked_rules[r$id];
	}

event zeek_init() &priority=3
	{
	drop_topic = fmt("mailscan.drop.%s.", escape_topic(our_bridge));

	# A manager does not ask about files, and so does not listen yet.
	if ( ! asking )
		Cluster::subscribe(reply_topic);
	}

event NetControl::init()
	{
	if ( response_plugin )
		NetControl::activate(create_responder(), response_plugin_priority);
	}
