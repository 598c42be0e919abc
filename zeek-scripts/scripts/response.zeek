##! Stops traffic when a verdict is ``malicious``, for a while, through NetControl.
##! Not part of ``mailscan-bridge``: load ``mailscan-bridge/response`` too, read
##! the options, and begin with :zeek:see:`MailScan::response_dry_run`.
##!
##! Decisions are made in one place, on the manager of a cluster: what may never
##! be dropped, what is dropped already, and the fuse, which lets no more than a
##! few drops an hour through and then stops and says so. Each decision is a row
##! of mailscan_response.log.
##!
##! NetControl's own plugins for other machines speak Broker and do nothing over
##! ZeroMQ. This package brings one that asks the responder
##! (``mailscan-bridge respond``) over the cluster's own hub.

@load ./version

@if ( MailScan::running_zeek >= MailScan::oldest_zeek )

@load ./response-options
@load ./response-decide

module MailScan;

# NetControl takes nothing for ever.
event zeek_init() &priority=16
	{
	needs_time += "MailScan::response_time";

	if ( response_plugin && response_time > response_max_time )
		Reporter::warning(fmt("MailScan::response_time is %s, and the responder takes at most %s (MailScan::response_max_time)",
		    response_time, response_max_time));
	}

event respond_to(r: RespondTo)
	{
	decide(r);
	}

event respond_undo(node: string, incarnation: count, seqno: count, why: string)
	{
	undo_what_rests_on(node, incarnation, seqno, why);
	}

hook verdict_policy(v: Verdict, row: Info, response: Response) &priority=10
	{
	if ( row$verdict == "malicious" && response_action != "none" )
		response$drop = response_action;
	}

hook url_verdict_policy(v: UrlVerdict, row: UrlInfo, response: Response) &priority=10
	{
	if ( row$verdict == "malicious" && response_action != "none" )
		response$drop = response_action;
	}

# This process decides.
function decides(): bool
	{
	return ! Cluster::is_enabled() || Cluster::local_node_type() == Cluster::MANAGER;
	}

hook respond(r: RespondTo)
	{
	if ( decides() )
		decide(r);
	else
		Cluster::publish(Cluster::manager_topic, respond_to, r);
	}

hook withdraw(node: string, incarnation: count, seqno: count, why: string)
	{
	if ( decides() )
		undo_what_rests_on(node, incarnation, seqno, why);
	else
		Cluster::publish(Cluster::manager_topic, respond_undo, node, incarnation, seqno, why);
	}

function hub_asks_for_keys(): bool
	{
	if ( Cluster::backend == Cluster::CLUSTER_BACKEND_NONE )
		# Nobody but this process can raise a verdict.
		return T;

@ifdef ( Cluster::Backend::ZeroMQ::curve_server_publickey )
	# zeekctl gives the keys by environment; then the variable is empty.
	return Cluster::Backend::ZeroMQ::curve_server_publickey != "" ||
	    getenv("ZEEK_CLUSTER_BACKEND_ZEROMQ_CURVE_SERVER_PUBLICKEY") != "";
@else
	return F;
@endif
	}

function stay_dry(id: string, value: bool): bool
	{
	if ( ! value )
		Reporter::warning(fmt("%s stays T: the hub asks for no keys, so that anyone who reaches it could have traffic dropped", id));

	return T;
	}

event zeek_init() &priority=5
	{
	Log::create_stream(RESPONSE_LOG, Log::Stream($columns=ResponseInfo, $ev=log_mailscan_response,
	    $path="mailscan_response", $policy=log_policy_response));

	if ( response_action == "address" && ! has_addresses )
		Reporter::fatal("MailScan::response_action is address: load mailscan-bridge/response-address too, which brings catch and release");

	if ( response_unauthenticated || hub_asks_for_keys() )
		return;

	# A dry run drops nothing, whoever asks for it.
	if ( ! response_dry_run )
		Reporter::fatal("MailScan: anyone who reaches the hub could have traffic dropped, since the hub asks for no keys; set up CURVE, or redef MailScan::response_unauthenticated=T");

	Option::set_change_handler("MailScan::response_dry_run", stay_dry, 100);
	}

@endif
