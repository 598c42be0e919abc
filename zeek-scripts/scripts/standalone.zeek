##! Connects a Zeek of its own (no cluster, no backend chosen) to the hub that
##! the daemon hosts on loopback. In a cluster, or where a backend is loaded
##! before this package, nothing here applies.
##!
##! Endpoints: environment ``MAILSCAN_HUB_XPUB`` (the hub's XPUB, which we
##! subscribe at) and ``MAILSCAN_HUB_XSUB`` (its XSUB, which we publish to).
##! Zeek names an endpoint after its own socket, so that our
##! :zeek:see:`Cluster::Backend::ZeroMQ::connect_xsub_endpoint` is the hub's
##! XPUB. ``MAILSCAN_HUB_XPUB=none`` connects to nothing.

@load base/frameworks/cluster
@load ./options

@if ( MailScan::use_hub && ! Cluster::is_enabled() && Cluster::backend == Cluster::CLUSTER_BACKEND_NONE )

@load frameworks/cluster/backend/zeromq

redef Cluster::Backend::ZeroMQ::run_proxy_thread = F;

redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint =
    getenv("MAILSCAN_HUB_XPUB") == "" ? "tcp://127.0.0.1:27860" : getenv("MAILSCAN_HUB_XPUB");

redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint =
    getenv("MAILSCAN_HUB_XSUB") == "" ? "tcp://127.0.0.1:27861" : getenv("MAILSCAN_HUB_XSUB");

# Without a logger to send to, each log record would be serialised for nobody.
redef Log::enable_remote_logging = F;

event zeek_init() &priority=200
	{
	if ( ! MailScan::use_hub )
		Reporter::fatal("MailScan::use_hub=F comes too late, the hub is set up: load mailscan-bridge/options and redef it before you load mailscan-bridge, or set MAILSCAN_HUB_XPUB=none");
	}

@endif
