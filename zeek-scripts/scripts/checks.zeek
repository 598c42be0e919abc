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

	# The daemon speaks ZeroMQ. Whatever else there is may carry our events to nobody.
	if ( Cluster::is_enabled() && Cluster::backend == Cluster::CLUSTER_BACKEND_BROKER && asking )
		Reporter::warning("MailScan: the cluster's backend is Broker, which the daemon does not speak, so each file is unscanned: no_bridge; set ClusterBackend = zeromq in zeekctl.cfg, or load frameworks/cluster/backend/zeromq");

	if ( our_bridge == "" )
		Reporter::fatal("MailScan::bridge_name is empty: name the bridge as the daemon does, or leave it as the host's name");

	for ( _, changing in needs_time )
		if ( changing != "MailScan::tick_interval" )
			Option::set_change_handler(changing, check_interval, 100);

	Option::set_change_handler("MailScan::max_attempts", check_count, 100);
	}
