##! The rules that NetControl is asked for, from the asking until it has forgotten
##! them: whoever takes a rule answers, or is taken to have failed. Without that a
##! lost answer would leave NetControl with a rule that nobody makes, that never
##! ends, and that keeps the next one for the same hosts out.

@load ./response-options

module MailScan;

# A rule that NetControl was asked for and has not forgotten.
type OurRule: record {
	# The drop it is part of.
	key: string;
	# Until when something must have happened (network time).
	due: time;
	# A plugin has made it.
	made: bool &default=F;
	# It is to go, and why. A rule that is not made yet cannot be removed.
	unwanted: string &optional;
};

global our_rules: table[string] of OurRule;

global rule_overdue: event(rule: string);

# Said of a drop: another of its rules is made; one has failed; another is gone.
global drop_made: function(key: string);
global drop_failed: function(key: string, why: string);
global drop_gone: function(key: string);

function expect_by(rule: string, wait: interval)
	{
	our_rules[rule]$due = network_time() + wait;
	schedule wait { rule_overdue(rule) };
	}

function watch_rule(rule: string, key: string)
	{
	our_rules[rule] = OurRule($key=key, $due=network_time());
	expect_by(rule, response_wait);
	}

# The rule is nobody's any more; *remove*: NetControl is still to be told.
function let_go_of(rule: string, why: string, remove: bool)
	{
	if ( rule !in our_rules || our_rules[rule]?$unwanted )
		return;

	our_rules[rule]$unwanted = why;

	# It goes when it is made, or at the end of the wait for that.
	if ( ! our_rules[rule]$made )
		return;

	expect_by(rule, response_wait);

	if ( remove )
		NetControl::remove_rule(rule, why);
	}

function rule_made(r: NetControl::Rule)
	{
	if ( r$id !in our_rules || our_rules[r$id]$made )
		return;

	local rule = our_rules[r$id];
	rule$made = T;

	if ( rule?$unwanted )
		{
		expect_by(r$id, response_wait);
		NetControl::remove_rule(r$id, rule$unwanted);
		return;
		}

	expect_by(r$id, r$expire + response_wait);
	drop_made(rule$key);
	}

event NetControl::rule_added(r: NetControl::Rule, p: NetControl::PluginState, msg: string)
	{
	rule_made(r);
	}

event NetControl::rule_exists(r: NetControl::Rule, p: NetControl::PluginState, msg: string)
	{
	rule_made(r);
	}

event NetControl::rule_error(r: NetControl::Rule, p: NetControl::PluginState, msg: string)
	{
	# Where it was to be removed, NetControl takes it as gone.
	if ( r$id in our_rules && ! our_rules[r$id]$made && ! our_rules[r$id]?$unwanted )
		drop_failed(our_rules[r$id]$key, msg);
	}

event NetControl::rule_destroyed(r: NetControl::Rule)
	{
	if ( r$id !in our_rules )
		return;

	local rule = our_rules[r$id];
	delete our_rules[r$id];

	if ( ! rule?$unwanted )
		drop_gone(rule$key);
	}

event rule_overdue(rule: string)
	{
	# At its end Zeek runs every timer, due or not. The package's own plugin
	# answers for its rules.
	if ( zeek_is_terminating() || rule !in our_rules || rule in asked_rules ||
	     network_time() < our_rules[rule]$due )
		return;

	local r = our_rules[rule];

	if ( ! r$made && ! r?$unwanted )
		drop_failed(r$key, "no answer from NetControl's plugin");

	NetControl::delete_rule(rule, "no answer in time");
	}
