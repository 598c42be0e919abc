##! A NetControl plugin that asks MailScanBridge's responder
##! (``mailscan-bridge respond``) over Zeek's cluster backend, whatever it is.
##! It takes rules that drop: connections, addresses, and flows by addresses and
##! ports.
##!
##! The responder lets go of a rule by itself a little after its time, so that
##! nothing stays blocked when Zeek is gone.

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

	## Makes the plugin, for those who activate it themselves.
	global create_responder: function(): NetControl::PluginState;
}

# Rules the responder was asked for and NetControl has not let go of.
global asked_rules: table[string] of NetControl::Rule;

global responder: NetControl::PluginState;

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
	if ( r$ty != NetControl::DROP || r$target != NetControl::FORWARD || ! r?$expire )
		return F;

	local d = Drop($proto=proto, $node=our_node, $incarnation=our_incarnation, $rule=r$id,
	    $sent=current_time(), $both_ways=T, $expire=r$expire + response_grace,
	    $why=r?$location ? r$location : "");

	if ( ! set_ends(d, r$entity) )
		return F;

	asked_rules[r$id] = r;
	Cluster::publish(drop_topic, drop, d);
	return T;
	}

function responder_remove(p: NetControl::PluginState, r: NetControl::Rule, reason: string): bool
	{
	if ( r$id !in asked_rules )
		return F;

	Cluster::publish(drop_topic, undrop, our_node, our_incarnation, r$id);
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
	return responder;
	}

event drop_result(node: string, incarnation: count, rule: string, status: string, detail: string)
	{
	if ( node != our_node || incarnation != our_incarnation || rule !in asked_rules )
		return;

	local r = asked_rules[rule];

	if ( status == "added" )
		event NetControl::rule_added(r, responder, detail);
	else if ( status == "exists" )
		event NetControl::rule_exists(r, responder, detail);
	else if ( status == "removed" )
		{
		delete asked_rules[rule];
		event NetControl::rule_removed(r, responder, detail);
		}
	else
		{
		delete asked_rules[rule];
		event NetControl::rule_error(r, responder, detail);
		}
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
