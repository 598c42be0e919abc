##! What comes back. A verdict closes its request with the first row; one that
##! comes after the first row was written without it makes a further row, so
##! that a late malicious file still raises its notice. Each is acknowledged,
##! each time it comes, as long as it is ours.

@load base/frameworks/telemetry
@load ./requests

module MailScan;

global metric_latency = Telemetry::register_histogram_family(Telemetry::MetricOpts($prefix="zeek",
    $name="mailscan_verdict_latency", $unit="seconds",
    $help_text="From the end of a file to its verdict, wall clock",
    $bounds=vector(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)));

# Looked up once, not for each verdict.
global latencies = Telemetry::histogram_with(metric_latency, vector());

# Verdicts whose rows are written, to be acknowledged: together, when there are
# many or at the next look at the clock. Ours, and by incarnation those that an
# earlier start of this node had asked for.
global acks: vector of count;
global ack_revisions: vector of count;
global older_acks: table[count] of vector of count;
global older_revisions: table[count] of vector of count;
global acks_waiting = 0;
global acks_since = double_to_time(0.0);

# Verdicts for earlier incarnations whose row is written, and their revision.
global orphans: table[count, count] of count &create_expire=1day;

# Requests with a row of a later scan than the first, and the last revision: that
# one again is no news.
global rescanned: table[count] of count &create_expire=1day;

const known_words: set[string] = { "malicious", "suspicious", "error", "unscanned", "clean" };

function send_acks()
	{
	if ( acks_waiting == 0 )
		return;

	acks_waiting = 0;

	# Rows first: what Zeek's log still keeps in memory dies with a Zeek that is
	# killed, and what is acknowledged is told to nobody again.
	Log::flush(LOG);

	if ( |acks| > 0 )
		{
		Cluster::publish(request_topic, verdict_ack, our_node, our_incarnation, acks, ack_revisions);
		acks = vector();
		ack_revisions = vector();
		}

	if ( |older_acks| == 0 )
		return;

	for ( i, seqnos in older_acks )
		Cluster::publish(request_topic, verdict_ack, our_node, i, seqnos, older_revisions[i]);

	older_acks = table();
	older_revisions = table();
	}

function acknowledge(v: Verdict, now: time)
	{
	if ( acks_waiting == 0 )
		acks_since = now;

	if ( v$incarnation == our_incarnation )
		{
		acks += v$seqno;
		ack_revisions += v$revision;
		}
	else
		{
		if ( v$incarnation !in older_acks )
			{
			older_acks[v$incarnation] = vector();
			older_revisions[v$incarnation] = vector();
			}

		older_acks[v$incarnation] += v$seqno;
		older_revisions[v$incarnation] += v$revision;
		}

	if ( ++acks_waiting >= 100 || now - acks_since >= tick_interval || ended )
		send_acks();
	}

# The verdict in words we know: what we do not understand is no clean bill.
function understood(v: Verdict): Verdict
	{
	if ( v$verdict in known_words )
		return v;

	complain("mailscan_unknown_word", v$verdict);

	local result = copy(v);
	result$verdict = "error";
	result$detail = fmt("the bridge says \"%s\": %s", v$verdict, v$detail);
	return result;
	}

# Rather a row twice than memory without end.
function remember_rescan(v: Verdict)
	{
	if ( |rescanned| >= max_remembered )
		{
		stats$forgotten += |rescanned|;
		clear_table(rescanned);
		}

	rescanned[v$seqno] = v$revision;
	}

# One that came again: our acknowledgement was lost, or two daemons answer.
function note_duplicate(v: Verdict)
	{
	++stats$duplicate;
	tell_once("mailscan_duplicate_verdict", fmt("incarnation %d, seqno %d, revision %d: %s",
	    v$incarnation, v$seqno, v$revision, printable(v$verdict, 100)));
	}

function close_with(p: Pending, v: Verdict, now: time)
	{
	if ( ! p$accepted )
		arrived(p);

	delete requests[v$seqno];
	open_bytes -= p$bytes;

	if ( v$revision > 1 )
		remember_rescan(v);

	local row = row_of(p);
	add_result(row, v);
	row$latency = now - p$closed;
	bump(stats$verdicts, v$verdict);
	Telemetry::histogram_observe(latencies, row$latency / 1sec);
	write_verdict(v, row, p$desc, p?$mail_files, now);

	if ( p?$mail_files )
		mail_file_settled(p$mail_files);
	}

function add_late(v: Verdict, now: time)
	{
	local row = row_of_echo(v);
	add_result(row, v);

	if ( v$seqno in given_up )
		{
		row$latency = now - given_up[v$seqno];
		delete given_up[v$seqno];
		}

	if ( v$revision > 1 )
		remember_rescan(v);

	++stats$late;
	write_verdict(v, row, "", F, now);
	}

function add_orphan(v: Verdict, now: time)
	{
	local row = row_of_echo(v);
	add_result(row, v);
	row$status = "orphan";

	# Rather a row twice than memory without end.
	if ( |orphans| >= max_remembered )
		{
		stats$forgotten += |orphans|;
		clear_table(orphans);
		}

	orphans[v$incarnation, v$seqno] = v$revision;
	++stats$orphan;
	write_verdict(v, row, "", F, now);
	}

function add_rescan(v: Verdict, now: time)
	{
	local row = row_of_echo(v);
	add_result(row, v);
	row$status = "rescan";
	remember_rescan(v);
	++stats$rescan;
	write_verdict(v, row, "", F, now);
	}

event verdict(v: Verdict)
	{
	if ( ! asking )
		return;

	if ( v$node != our_node )
		{
		complain("mailscan_foreign_verdict", fmt("for node %s", v$node));
		return;
		}

	if ( v$incarnation > our_incarnation )
		{
		complain("mailscan_foreign_verdict",
		    fmt("for a later start of this node, %d: two processes share a name", v$incarnation));
		return;
		}

	local now = current_time();

	if ( v$incarnation < our_incarnation )
		{
		if ( [v$incarnation, v$seqno] in orphans && orphans[v$incarnation, v$seqno] >= v$revision )
			note_duplicate(v);
		else
			add_orphan(understood(v), now);

		acknowledge(v, now);
		return;
		}

	if ( v$seqno == 0 || v$seqno > last_seqno )
		{
		complain("mailscan_unknown_seqno", fmt("%d", v$seqno));
		return;
		}

	last_progress = now;
	idle_bridge = F;

	if ( v$seqno in requests )
		close_with(requests[v$seqno], v$verdict in known_words ? v : understood(v), now);
	else if ( v$seqno in given_up )
		add_late(understood(v), now);
	else if ( v$revision > ( v$seqno in rescanned ? rescanned[v$seqno] : 1 ) )
		add_rescan(understood(v), now);
	else if ( v$seqno <= forgotten_to && v$verdict == "malicious" )
		# So old that it may have been answered or given up: rather say it
		# twice than not at all.
		add_late(v, now);
	else
		note_duplicate(v);

	acknowledge(v, now);

	# It made room for what waits.
	if ( again_first <= again_last || backlog_first <= backlog_last )
		pump(now);

	if ( held || draining )
		trace_balance(now);
	}
