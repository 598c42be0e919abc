##! Reading a trace file. The trace is held until the bridge answers, and again
##! while many requests are open, so that nothing is given up because Zeek
##! reads faster than the daemon scans. At its end Zeek waits for outstanding
##! verdicts and then ends by itself. Each wait has its bound, on the wall
##! clock: network time stands still while nothing is read.

@load ./urls

module MailScan;

global never: event();

# Since when the trace is held.
global held_since = double_to_time(0.0);

# Once the trace has ended: until when to wait, and whether the files that were
# still open at its end are closed.
global drain_until = double_to_time(0.0);
global flushed = F;

# Everything has its row, and the bridge was asked for its counts.
global settled = F;

# Network time at the trace's end, and the wall clock: from there on, time goes
# on as outside.
global end_network_time = double_to_time(0.0);
global end_wall_clock = double_to_time(0.0);

global last_look = double_to_time(0.0);

# The event that is never raised: as a timer it has Zeek look around ten times
# a second while it waits.
event never()
	{
	}

function start_waiting()
	{
	enable_event_group("MailScan::wait");
	schedule 100msec { never() };
	}

function hold(now: time)
	{
	held = T;
	held_since = now;
	suspend_processing();
	start_waiting();
	}

function release()
	{
	held = F;
	disable_event_group("MailScan::wait");
	continue_processing();
	}

function finish(detail: string, now: time)
	{
	if ( ended )
		return;

	disable_event_group("MailScan::wait");
	say_bye(detail, now);
	terminate();
	}

# All is answered: the ledgers are compared, within the wait for verdicts.
function settle(now: time)
	{
	if ( ! settled && up && now < drain_until )
		{
		settled = T;
		ask_for_counts(now);
		}

	if ( ! settled || ! counts_awaited() )
		finish("", now);
	}

# Called whenever the number of open requests may have changed.
function trace_balance(now: time)
	{
	# In the path of packets, so without further calls.
	local open_now = |requests| + backlog_last + 1 - backlog_first + |open_urls|;

	if ( ! held && ! draining )
		{
		if ( ended )
			return;

		if ( open_now >= trace_max_open || ( max_open_bytes > 0 && open_bytes >= max_open_bytes ) )
			hold(now);
		else if ( now - last_tick >= tick_interval )
			look_at_clock(now);
		}
	else if ( ended )
		return;
	else if ( draining )
		{
		if ( flushed && open_now == 0 )
			settle(now);
		}
	else if ( starting )
		{
		if ( ! up && ! down )
			return;

		starting = F;
		release();
		}
	else if ( ! listening && open_now <= trace_max_open / 2 &&
	          ( max_open_bytes == 0 || open_bytes <= max_open_bytes / 2 ) )
		release();
	}

function trace_listen(now: time): bool
	{
	if ( held || draining || ended )
		return F;

	listening = T;
	hold(now);
	return T;
	}

hook clock_stepped_back(by: interval)
	{
	held_since = held_since - by;
	drain_until = drain_until - by;
	end_wall_clock = end_wall_clock - by;
	last_look = last_look - by;
	}

# While the trace is held or has ended, this is the clock.
event event_queue_flush_point() &group="MailScan::wait"
	{
	local now = current_time();

	if ( ended )
		return;

	check_clock(now);

	if ( now - last_look < 20msec )
		return;

	last_look = now;

	if ( draining )
		{
		# Let time go on. Timers that are due run, and those that are not do
		# not have Zeek spin for them.
		set_network_time(end_network_time + (now - end_wall_clock));
		schedule 100msec { never() };

		if ( now >= drain_until )
			{
			finish("no verdict by the end of the wait at the trace's end", now);
			return;
			}
		}
	else if ( starting && now - held_since >= trace_start_wait )
		go_down("no answer to hello", now);
	else if ( held && ! starting )
		{
		local since = last_progress > held_since ? last_progress : held_since;

		if ( now - since >= trace_end_wait )
			{
			# Nothing comes back: read on without it.
			idle_bridge = T;
			give_up_all("nothing came back while the trace was held", now);
			go_down("it answers nothing", now);
			}
		}

	look_at_clock(now);
	}

event trace_flushed()
	{
	flushed = T;
	trace_balance(current_time());
	}

event Pcap::file_done(path: string)
	{
	if ( ! asking || ! tracing || draining || ended )
		return;

	local now = current_time();

	if ( held )
		release();

	starting = F;
	draining = T;
	drain_until = now + trace_end_wait;

	if ( trace_flush_open_files )
		{
		# Timers run in their order, so that the files' come before ours.
		schedule default_file_timeout_interval + 500msec { trace_flushed() };
		set_network_time(network_time() + default_file_timeout_interval + 1sec);
		}
	else
		flushed = T;

	end_network_time = network_time();
	end_wall_clock = now;
	Cluster::publish(request_topic, node_drain, our_node, our_incarnation,
	    |requests| + backlog_size());
	start_waiting();
	trace_balance(now);
	}

event zeek_init() &priority=100
	{
	disable_event_group("MailScan::wait");
	}

event zeek_init() &priority=-15
	{
	if ( ! asking || ! tracing )
		return;

	starting = T;
	hold(current_time());
	}
