##! MailScanBridge asks a daemon beside Zeek to scan the files Zeek extracts
##! from mail and other traffic, and puts the answers to use.
##!
##! Nothing here ever waits: a file costs its extraction and at most one publish
##! at its end (over FTP in a cluster, another when it is asked for), and where it
##! cannot be asked about, its removal. The daemon's silence never slows
##! Zeek: no more publications than the daemon grants (and at most
##! :zeek:see:`MailScan::max_credit`) are under way without proof that they
##! arrived, a bounded number of requests waits behind them, and what is beyond
##! gets its row in mailscan.log with the reason. Every file asked about gets exactly one first row, whatever
##! happens; :zeek:see:`MailScan::stats` counts how they ended.
##!
##! Metrics to watch are those of the ZeroMQ backend:
##! ``zeek_cluster_zeromq_xpub_drops_total`` and
##! ``zeek_cluster_zeromq_onloop_drops_total`` should stay at zero.

@load base/frameworks/cluster
@load base/frameworks/files
@load base/frameworks/reporter
@load ./api
@load ./options
@load ./stats

module MailScan;

export {
	## What to do with a file; :zeek:see:`MailScan::file_policy` edits it.
	type FilePlan: record {
		## Ask about this file.
		scan: bool &default=T;
		## Extract at most this many bytes, 0 for all.
		limit: count;
		## Compute its SHA-256.
		hash: bool;
	};

	## A mail, as far as news of it goes: told together, when all its files have
	## their rows.
	type MailFiles: record {
		## The whole message's file.
		fuid: string;
		## Files that were, or are to be, asked about and have no first row.
		open: count &default=0;
	};

	## What is kept with a file while Zeek sees it.
	type FileState: record {
		## ``message``, ``part`` or ``file``.
		kind: string &default="file";
		## Content-Type as declared on the wire.
		declared_type: string &optional;
		## The plan, once it was made.
		plan: FilePlan &optional;
		## The mail that it is, or is a part of.
		mail_files: MailFiles &optional;
		## Where it is extracted to, if it is.
		path: string &default="";
		## It stopped at the limit.
		cutoff: bool &default=F;
		## Why it will not be asked about after all: a reason as in mailscan.log.
		refused: string &default="";
		## The same in words for people.
		refused_because: string &default="";
	};

	redef record fa_file += {
		mailscan: FileState &optional;
	};

	## Decides about a file when its type is known, before anything is
	## extracted: edit *plan*. It runs before the file is complete, so that a
	## size is known only where the protocol declares one. ``break`` keeps
	## later handlers from being asked.
	##
	## f: the file.
	##
	## meta: what Zeek detected; empty where the file began with a gap.
	##
	## plan: what to do.
	global file_policy: hook(f: fa_file, meta: fa_metadata, plan: FilePlan);

	## The last edit of a request before it is published. ``break``: do not
	## ask; the file gets the row ``unscanned: policy`` and is removed.
	##
	## f: the file.
	##
	## r: the request. What you want the daemon to know goes into
	##    :zeek:field:`MailScan::FileRequest$meta`; *mail* is the same record
	##    for all files of a mail.
	global request_policy: hook(f: fa_file, r: FileRequest);

	## Raised when the bridge is there: it answered our hello.
	##
	## bridge: its name.
	##
	## epoch: its epoch.
	global bridge_up: event(bridge: string, epoch: count);

	## Raised once when the bridge went away, or never came.
	##
	## bridge: its name.
	##
	## reason: why we think so.
	global bridge_down: event(bridge: string, reason: string);

	## Stable name of this process, as in the contract. Set in zeek_init.
	global our_node = "";

	## Start of this process, microseconds since the epoch.
	global our_incarnation: count = 0;

	## The bridge we ask.
	global our_bridge = "";

	## The directory we extract to.
	global our_spool = "";
}

# Topics we publish to and subscribe.
global request_topic = "";
global reply_topic = "";
global bridge_topic = "";

# Extracted files are named by process and number, never by the fuid alone:
# fuids come again, and extraction would truncate what the daemon reads.
global file_prefix = "";
global files_extracted = 0;

# This process reads a trace file, and will end.
global tracing = F;

# This process asks: it sees traffic.
global asking = F;

# Zeek is at its end: nothing can be asked any more.
global ended = F;

# The bridge answered our hello and its heart beats / it does not, and we said
# so. Neither: we are waiting for the answer to a hello.
global up = F;
global down = F;

# Reading a trace: the first packet is held for the bridge's answer.
global starting = F;

# Reading a trace: the bridge answers hellos but does no work. It counts as down
# until something comes back.
global idle_bridge = F;

# The daemon's overload level.
global overload_level: count = 0;

# Most publications without proof of arrival, as the daemon grants them.
global credit: count = 0;

# Settings that are no use as nothing or less, see checks.zeek: a wait that is over
# before it began gives up on everything, a clock without a pause does nothing else.
global needs_time: vector of string = {
	"MailScan::accept_timeout",
	"MailScan::max_answer_wait",
	"MailScan::url_timeout",
	"MailScan::max_hello_gap",
	"MailScan::ledger_interval",
	"MailScan::tick_interval"
};

# Holds or releases the reading of a trace, and holds it to listen for
# heartbeats, see trace.zeek.
global trace_balance: function(now: time);
global trace_listen: function(now: time): bool;

# Gives up lookups of URLs whose time is up; at the end, all.
global sweep_urls: function(now: time);

# Asks the bridge for its counts, and tells whether they are still awaited, see
# ledger.zeek.
global ask_for_counts: function(now: time);
global counts_awaited: function(): bool;

# Reading a trace: it is held, at its start or at its cap.
global held = F;

# Reading a trace: it has ended.
global draining = F;

# Reading a trace: it is held to listen for heartbeats.
global listening = F;

# The environment wins over the configuration.
function setting(variable: string, configured: string): string
	{
	local value = getenv(variable);
	return value == "" ? configured : value;
	}

event zeek_init() &priority=20
	{
	tracing = reading_traces();
	asking = ! Cluster::is_enabled() || Cluster::local_node_type() == Cluster::WORKER;

	our_incarnation = double_to_count(time_to_double(current_time()) * 1e6);
	our_bridge = setting("MAILSCAN_BRIDGE", bridge_name);
	our_node = setting("MAILSCAN_NODE", node_name);

	if ( our_node == "" )
		our_node = fmt("%s/%s", gethostname(), Cluster::is_enabled() ? Cluster::node :
		    tracing ? "trace" : "zeek");

	request_topic = fmt("mailscan.request.%s.", escape_topic(our_bridge));
	bridge_topic = fmt("mailscan.bridge.%s.", escape_topic(our_bridge));
	reply_topic = fmt("mailscan.reply.%s.", escape_topic(our_node));

	# A live node also hears what is meant for its earlier incarnations; two
	# readings of traces share a name, and do not.
	if ( tracing )
		reply_topic += fmt("%d.", our_incarnation);

	our_spool = setting("MAILSCAN_SPOOL", spool_dir);

	if ( |our_spool| > 1 && ends_with(our_spool, "/") )
		our_spool = our_spool[0:|our_spool| - 1];

	if ( ! starts_with(our_spool, "/") )
		Reporter::fatal(fmt("MailScan::spool_dir must be an absolute path: %s", our_spool));

	file_prefix = fmt("%s/%d-%s-", our_spool, our_incarnation, getpid());

	if ( asking )
		mkdir(our_spool);
	}

event zeek_init() &priority=-5
	{
	if ( ! asking )
		return;

	Cluster::subscribe(reply_topic);
	Cluster::subscribe(bridge_topic);
	}
