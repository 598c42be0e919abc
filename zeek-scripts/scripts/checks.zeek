##! Values that a setting cannot have. At the start they are an error; while Zeek
##! runs, the setting keeps the value that it had, and a warning says so.

@load ./ledger
@load ./urls

module MailScan;

# What is doubled so often is no time any more.
const most_attempts = 30;

# What is wrong with a value; empty if nothing is.
function wrong_with(id: string, value: any): string
	{
	if ( id == "MailScan::max_attempts" )
		{
		local n = value as count;
		return n >= 1 && n <= most_attempts ? "" :
		    fmt("%s is %d, and must be between 1 and %d", id, n, most_attempts);
		}

	local t = value as interval;
	return t >= 1msec ? "" : fmt("%s is %s, and must be at least 1msec", id, t);
	}

# The words that these may have. Others do nothing, and say nothing.
const known_values: table[string] of set[string] = {
	["MailScan::smtp_kinds"] = set("message", "part"),
	["MailScan::url_sources"] = set("HTTP", "SMTP"),
	["MailScan::sources"] = set("SMTP", "HTTP", "FTP_DATA", "SMB", "IRC_DATA")
};

function unknown_in(id: string, values: set[string]): string
	{
	local unknown: vector of string;

	for ( value in values )
		if ( value !in known_values[id] )
			unknown += fmt("\"%s\"", value);

	if ( |unknown| == 0 )
		return "";

	local known: vector of string;

	for ( word in known_values[id] )
		known += word;

	return fmt("%s has %s, and may have %s", id, join_string_vec(sort(unknown, strcmp), ", "),
	    join_string_vec(sort(known, strcmp), ", "));
	}

function check_set(id: string, value: set[string]): set[string]
	{
	local wrong = unknown_in(id, value);

	if ( wrong == "" )
		return value;

	if ( id == "MailScan::sources" )
		{
		# Another analyzer may call its files so.
		Reporter::warning(fmt("%s, unless another analyzer of this Zeek calls its files so", wrong));
		return value;
		}

	Reporter::warning(fmt("%s: it stays as it is", wrong));
	return lookup_ID(id) as set[string];
	}

function check_interval(id: string, value: interval): interval
	{
	local wrong = wrong_with(id, value);

	if ( wrong == "" )
		return value;

	local kept = lookup_ID(id) as interval;
	Reporter::warning(fmt("%s: it stays at %s", wrong, kept));
	return kept;
	}

function check_count(id: string, value: count): count
	{
	local wrong = wrong_with(id, value);

	if ( wrong == "" )
		return value;

	local kept = lookup_ID(id) as count;
	Reporter::warning(fmt("%s: it stays at %d", wrong, kept));
	return kept;
	}

event zeek_init() &priority=15
	{
	local wrong: string;

	for ( _, id in needs_time )
		{
		wrong = wrong_with(id, lookup_ID(id));

		if ( wrong != "" )
			Reporter::fatal(wrong);
		}

	wrong = wrong_with("MailScan::max_attempts", max_attempts);

	if ( wrong != "" )
		Reporter::fatal(wrong);

	for ( name in known_values )
		{
		wrong = unknown_in(name, lookup_ID(name) as set[string]);

		if ( wrong == "" )
			next;

		if ( name == "MailScan::sources" )
			Reporter::warning(fmt("%s, unless another analyzer of this Zeek calls its files so", wrong));
		else
			Reporter::fatal(wrong);
		}

	if ( max_credit == 0 || max_credit_of_all == 0 )
		Reporter::fatal("MailScan::max_credit and max_credit_of_all must be at least 1: with nothing under way nothing is asked");

	# The daemon speaks ZeroMQ. Whatever else there is may carry our events to nobody.
	if ( Cluster::is_enabled() && Cluster::backend == Cluster::CLUSTER_BACKEND_BROKER && asking )
		Reporter::warning("MailScan: the cluster's backend is Broker, which the daemon does not speak, so each file is unscanned: no_bridge; set ClusterBackend = zeromq in zeekctl.cfg, or load frameworks/cluster/backend/zeromq");

	if ( our_bridge == "" )
		Reporter::fatal("MailScan::bridge_name is empty: name the bridge as the daemon does, or leave it as the host's name");

	for ( _, changing in needs_time )
		if ( changing != "MailScan::tick_interval" )
			Option::set_change_handler(changing, check_interval, 100);

	Option::set_change_handler("MailScan::max_attempts", check_count, 100);

	for ( words in known_values )
		Option::set_change_handler(words, check_set, 100);
	}
