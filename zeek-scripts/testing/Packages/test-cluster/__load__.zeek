##! A node of a cluster with the package, for tests: its hub is on the test's ports.
##! Manager and logger end when the test has seen what it waits for (../seen).

@load frameworks/cluster/backend/zeromq

redef Cluster::Backend::ZeroMQ::listen_xpub_endpoint = fmt("tcp://127.0.0.1:%d", port_to_count(to_port(getenv("XPUB_PORT"))));
redef Cluster::Backend::ZeroMQ::listen_xsub_endpoint = fmt("tcp://127.0.0.1:%d", port_to_count(to_port(getenv("XSUB_PORT"))));
redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint = Cluster::Backend::ZeroMQ::listen_xpub_endpoint;
redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint = Cluster::Backend::ZeroMQ::listen_xsub_endpoint;

@load mailscan-bridge

# A worker on a trace can be gone before the manager has met it, so the end is told by what has arrived: the daemon's last
# good-bye, and all rows. Not before, since the manager is the hub.
event look_for_end()
	{
	if ( file_size("../seen") >= 0.0 )
		terminate();
	else
		schedule 100msec { look_for_end() };
	}

event zeek_init() &priority=-100
	{
	if ( Cluster::local_node_type() != Cluster::MANAGER && Cluster::local_node_type() != Cluster::LOGGER )
		return;

	print "started";
	flush_all();
	event look_for_end();
	}
