##! What the workers that ask one bridge may have under way together. Zeek's
##! publishing to a subscriber that reads nothing stalls every node of the cluster
##! once 4,000 to 4,500 messages have piled up, whoever they are from; so what may
##! pile up is divided among those who publish.

@load base/frameworks/cluster
@load ./main

module MailScan;

export {
	## Publications to one bridge without proof that they arrived, of all the
	## processes that ask it: half of them requests, half lookups of URLs. Each
	## process has its part, however much the bridge grants. Default: 3000.
	const max_credit_of_all: count = 3000 &redef;

	## Zeek processes that ask the same bridge. Default: 0, and then they are
	## the workers that the cluster's layout has on this one's host, or all of
	## them where :zeek:see:`MailScan::bridge_name` is not the host's name. Say
	## how many where clusters, or standalone processes, share a bridge.
	const bridge_sharers: count = 0 &redef;
}

# So many processes ask our bridge.
global sharers: count = 1;

function count_sharers(): count
	{
	if ( bridge_sharers > 0 )
		return bridge_sharers;

	if ( ! Cluster::is_enabled() || Cluster::node !in Cluster::nodes )
		return 1;

	local ours = Cluster::nodes[Cluster::node]$ip;
	local n = 0;

	for ( _, node in Cluster::nodes )
		if ( node$node_type == Cluster::WORKER &&
		     ( node$ip == ours || our_bridge != gethostname() ) )
			++n;

	return n > 0 ? n : 1;
	}

# This process' part of what all may have, and no more than it would have alone.
function share_of(all: count, alone: count): count
	{
	local part = all / sharers;

	if ( part == 0 )
		part = 1;

	return part < alone ? part : alone;
	}

event zeek_init() &priority=19
	{
	sharers = count_sharers();
	}

# Before the grant is put to use.
event bridge_status(s: BridgeStatus) &priority=10
	{
	s$credit = share_of(max_credit_of_all / 2, s$credit);
	}
