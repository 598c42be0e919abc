# @TEST-DOC: In a cluster whose backend is Broker, which the daemon does not speak, a node that would ask says so; over ZeroMQ, and on a node that asks nothing, nothing is said.
#
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# @TEST-EXEC: for node in worker-1 logger; do CLUSTER_NODE=$node ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_SPOOL=$PWD/spool zeek -b %INPUT Cluster::backend=Cluster::CLUSTER_BACKEND_BROKER > $node 2>&1; done
# @TEST-EXEC: grep -q "the cluster's backend is Broker" worker-1
# @TEST-EXEC-FAIL: grep -q "backend is Broker" logger
# @TEST-EXEC: CLUSTER_NODE=worker-1 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_SPOOL=$PWD/spool zeek -b test-cluster %INPUT > zeromq 2>&1
# @TEST-EXEC-FAIL: grep -q "backend is Broker" zeromq

@load mailscan-bridge

redef Log::enable_local_logging = T;
redef Log::enable_remote_logging = F;

event zeek_init() &priority=-20
	{
	terminate();
	}
