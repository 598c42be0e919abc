##! Is the bridge there? Only its answer to a hello says so, since first
##! messages are lost in both directions; from then on its heartbeat. While it
##! is not, nothing is published but a hello, more and more slowly.

@load ./verdicts

module MailScan;

# The epoch of the daemon that answered our hello, and of the one heard last.
global bridge_epoch: count = 0;
global heard_epoch: count = 0;

# When a status came last, and when the next should.
global last_heard = double_to_time(0.0);
global heartbeat = 1sec;

# Hellos: when the last one went, when the first went that has no answer yet,
# and the gap to the next.
global hello_last = double_to_time(0.0);
global hello_since = double_to_time(0.0);
global hello_gap = 100msec;

# When we started to wait for an answer.
global waiting_since = double_to_time(0.0);

# All that is open was sent again for a new epoch / is to be, once epoch_gap is
# over.
global all_sent = double_to_time(0.0);
global all_due = F;

# When we last looked at the clock.
global last_tick = double_to_time(0.0);

global tick: event();

# Whoever beats is not stopped, and nothing piles up before it: what keeps it from
# hearing us may be over at any time.
const hello_gap_of_beating = 5sec;

function hello_due(now: time): bool
	{
	return now - hello_last >= hello_gap ||
	    ( now - last_heard <= 3.0 * heartbeat && now - hello_last >= hello_gap_of_beating );
	}

function say_hello(now: time)
	{
	if ( hello_since == double_to_time(0.0) )
		hello_since = now;

	hello_last = now;
	hello_gap = hello_gap * 2.0 > max_hello_gap ? max_hello_gap : hello_gap * 2.0;

	Cluster::publish(request_topic, node_hello, NodeHello($proto=proto, $node=our_node,
	    $incarnation=our_incarnation, $zeek_version=zeek_version(), $trace=tracing,
	    $spool=our_spool, $open=|requests|, $sent=now));
	}

# Hello again, quickly at first.
function start_hello(now: time)
	{
	hello_gap = 100msec;

	if ( now - hello_last >= hello_gap )
		say_hello(now);
	}

function go_down(reason: string, now: time)
	{
	up = F;
	listening = F;
	start_hello(now);

	if ( down )
		return;

	down = T;
	notice_about_bridge(T, reason);
	event bridge_down(our_bridge, reason);

	if ( require_bridge )
		drop_backlog("no_bridge", reason, now);
	}

# Send all that is open to a new daemon, as soon as it may be.
function send_all_due(now: time)
	{
	if ( ! all_due || ! up || now - all_sent < epoch_gap )
		return;

	all_due = F;

	if ( |requests| > 0 )
		all_sent = now;

	send_again(T);
	pump(now);
	}

function go_up(s: BridgeStatus, now: time)
	{
	local new_epoch = s$epoch != bridge_epoch;
	local was_up = up;

	# The next one is to prove that what was published since has arrived.
	hello_gap = 1sec;
	arrived_before(hello_since);
	hello_since = double_to_time(0.0);
	bridge_epoch = s$epoch;
	up = T;

	if ( new_epoch )
		all_due = T;
	else if ( ! was_up )
		send_again(F);

	send_all_due(now);

	if ( down )
		{
		down = F;
		notice_about_bridge(F, fmt("version %s", s$version));
		}

	if ( ! was_up )
		event bridge_up(our_bridge, bridge_epoch);

	if ( s$spool != our_spool && s$spool != "" && ! was_up )
		Reporter::warning(fmt("MailScan: this Zeek extracts to %s, but bridge %s takes files from %s",
		    our_spool, our_bridge, s$spool));

	pump(now);

	if ( tracing )
		trace_balance(now);
	}

# The daemon's overload level: said when files of low value are no longer asked
# about, and when they are again.
function note_overload(level: count)
	{
	local before = overload_level >= low_value_level;
	overload_level = level;

	if ( ( level >= low_value_level ) != before && ! tracing )
		notice_about_overload(level, ! before);
	}

event bridge_status(s: BridgeStatus)
	{
	if ( ! asking )
		return;

	if ( s$bridge != our_bridge )
		{
		complain("mailscan_foreign_bridge", s$bridge);
		return;
		}

	local now = current_time();

	# Two daemons of one name would have us send everything again and again;
	# the younger one has us for as long as it beats.
	if ( up && s$epoch < bridge_epoch )
		{
		complain("mailscan_two_bridges", fmt("%s, epochs %d and %d", s$bridge, s$epoch, bridge_epoch));
		return;
		}

	local news = s$epoch != heard_epoch || now - last_heard > 3.0 * heartbeat;
	heard_epoch = s$epoch;
	last_heard = now;
	listening = F;
	heartbeat = s$heartbeat < 100msec ? 100msec : s$heartbeat > 1min ? 1min : s$heartbeat;
	note_overload(s$level);
	credit = s$credit < max_credit ? s$credit : max_credit;

	if ( s$ack_node == our_node && s$ack_incarnation == our_incarnation )
		{
		if ( ! idle_bridge )
			go_up(s, now);
		}

	else if ( ! up || s$epoch != bridge_epoch )
		{
		# Alive, but not yet sure to hear us.
		if ( up )
			{
			up = F;
			waiting_since = now;
			}

		if ( news )
			start_hello(now);
		}

	else
		{
		pump(now);

		if ( tracing )
			trace_balance(now);
		}
	}

event bridge_bye(bridge: string, epoch: count, reason: string)
	{
	if ( asking && bridge == our_bridge && epoch == bridge_epoch && ! down )
		go_down(fmt("it said goodbye: %s", reason), current_time());
	}

# What is due by now. Reading a trace, this is called from trace.zeek, since
# network time does not move by itself there.
function look_at_clock(now: time)
	{
	check_clock(now);

	# A Zeek that was busy itself must not blame the daemon for it.
	if ( now - last_tick > tick_interval + heartbeat )
		{
		last_heard = last_heard + (now - last_tick - tick_interval);

		if ( last_heard > now )
			last_heard = now;
		}

	last_tick = now;

	if ( up && now - last_heard > 3.0 * heartbeat )
		{
		# While it reads packets from a file Zeek seldom looks at anything else.
		if ( tracing && trace_listen(now) )
			last_heard = now;
		else
			go_down("three heartbeats missed", now);
		}

	if ( ! up && ! down && ! starting && now - waiting_since > start_grace )
		go_down("no answer to hello", now);

	if ( ( ! up || proof_wanted ) && hello_due(now) )
		say_hello(now);

	send_all_due(now);
	sweep(now);
	sweep_urls(now);
	send_acks();
	tell_what_is_due(now, F);
	}

event tick()
	{
	# First, so that the clock goes on whatever comes.
	schedule tick_interval { tick() };
	look_at_clock(current_time());
	}

@ifdef ( Cluster::Backend::ZeroMQ::subscription )
# The daemon subscribed to what we publish: no need to wait for the next hello.
event Cluster::Backend::ZeroMQ::subscription(topic: string)
	{
	if ( asking && ! up && topic != "" && starts_with(request_topic, topic) )
		start_hello(current_time());
	}
@endif

# The end: every file has its first row when this is done.
function say_bye(detail: string, now: time)
	{
	local left_open = |requests|;

	ended = T;
	give_up_all(detail, now);
	sweep_urls(now);
	tell_what_is_due(now, T);
	send_acks();
	ask_for_counts(now);
	Cluster::publish(request_topic, node_bye, our_node, our_incarnation, tracing, left_open);
	}

event zeek_init() &priority=-10
	{
	if ( ! asking )
		return;

	waiting_since = current_time();
	last_tick = waiting_since;
	say_hello(waiting_since);

	if ( ! tracing )
		schedule tick_interval { tick() };
	}

event zeek_done() &priority=-5
	{
	if ( ! asking || ended )
		return;

	say_bye("Zeek ended", current_time());
	}
