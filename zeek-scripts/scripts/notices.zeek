##! Notices: malicious files (always), suspicious ones (by option), and the
##! bridge going away and coming back (once each, never one per file, and not one
##! per worker: in a cluster the manager hears of it from them and says so).
##!
##! File names and the like are hostile bytes. They appear in messages with
##! what cannot be printed written as an escape, so that a message stays one
##! line wherever it goes, mail included.

@load base/frameworks/cluster
@load base/frameworks/notice
@load ./log

module MailScan;

export {
	redef enum Notice::Type += {
		## The daemon found a file to be malicious.
		Malicious_File,
		## The daemon found a file to be suspicious; see
		## :zeek:see:`MailScan::notice_on_suspicious`.
		Suspicious_File,
		## The daemon does not answer; files are not scanned.
		Bridge_Down,
		## It answers again.
		Bridge_Up,
		## It is so overloaded that files of low value are not asked about, or
		## is no longer; see :zeek:see:`MailScan::low_value_level`.
		Bridge_Overload
	};

	## Time between two notices of a bridge's overload, at least: a level that
	## goes up and down is said once, and what it is at the end of this time
	## then. Default: 5 minutes.
	option overload_notice_gap = 5min;

	## What to do about a verdict; :zeek:see:`MailScan::verdict_policy` edits
	## it.
	type Response: record {
		## Raise a notice.
		notice: bool;
		## Stop the traffic: ``pair`` (the two hosts), ``connection`` or
		## ``address``; empty for no. Heeded for ``malicious`` only, and where
		## ``mailscan-bridge/response`` is loaded.
		drop: string &default="";
	};

	## A wish to stop traffic.
	type RespondTo: record {
		## ``pair``, ``connection`` or ``address``.
		action: string;
		## The connection that the bad thing travelled in.
		id: conn_id;
		## The same.
		uid: string;
		## The host that it came from.
		bad_h: addr;
		## The file, if it is one.
		fuid: string &optional;
		## The URL, if it is one.
		url: string &optional;
		## The verdict's number.
		seqno: count;
		## The node that asked.
		node: string;
		## Its incarnation.
		incarnation: count;
		## For people.
		why: string;
	};

	## Carries out a response, where one is loaded.
	##
	## r: what to do.
	global respond: hook(r: RespondTo);

	## The verdict that a response rests on does not stand: undo it.
	##
	## node: the node that asked.
	##
	## incarnation: its incarnation.
	##
	## seqno: the request.
	##
	## why: for people.
	global withdraw: hook(node: string, incarnation: count, seqno: count, why: string);

	## Decides about a verdict before its row is written: edit *row* and
	## *response*. ``break`` keeps later handlers from being asked. Not run
	## where Zeek gave up on a file, since there is no verdict.
	##
	## v: the verdict.
	##
	## row: the row about to be written.
	##
	## response: what to do.
	global verdict_policy: hook(v: Verdict, row: Info, response: Response);
}

function describe_file(row: Info): string
	{
	if ( row?$filename && row$filename != "" )
		return printable(row$filename);

	if ( row$kind == "message" )
		return row?$subject ? fmt("mail \"%s\"", printable(row$subject)) : "mail";

	return row?$mime_type ? fmt("unnamed %s", printable(row$mime_type)) : "unnamed file";
	}

function describe_mail(row: Info): string
	{
	local words: vector of string;

	if ( row?$mailfrom )
		words += fmt("from %s", printable(row$mailfrom));

	if ( row?$rcptto && |row$rcptto| > 0 )
		{
		words += fmt("to %s", printable(row$rcptto[0]));

		if ( |row$rcptto| > 1 )
			words += fmt("and %d more", |row$rcptto| - 1);
		}

	if ( row?$subject && row$kind != "message" )
		words += fmt("subject \"%s\"", printable(row$subject));

	return join_string_vec(words, " ");
	}

# What was heard of a bridge, and what was said.
type BridgeNews: record {
	# The nodes that it does not answer.
	down_for: set[string];
	said_down: bool &default=F;
	level: count &default=0;
	overloaded: bool &default=F;
	said_overloaded: bool &default=F;
	# When a notice of its overload may be raised again (network time).
	quiet_until: time &default=double_to_time(0.0);
	waiting: bool &default=F;
};

global bridge_news: table[string] of BridgeNews;

# Worker to manager: what it noticed.
global bridge_heard: event(node: string, bridge: string, is_down: bool, reason: string);
global overload_heard: event(bridge: string, level: count, overloaded: bool);

global say_overload: event(bridge: string);

function news_of(bridge: string): BridgeNews
	{
	if ( bridge !in bridge_news )
		bridge_news[bridge] = BridgeNews();

	return bridge_news[bridge];
	}

# This process says what is heard.
function says(): bool
	{
	return ! Cluster::is_enabled() || Cluster::local_node_type() == Cluster::MANAGER;
	}

# Down when the first node says so, back when the last one does.
event bridge_heard(node: string, bridge: string, is_down: bool, reason: string)
	{
	local b = news_of(bridge);

	if ( is_down )
		add b$down_for[node];
	else
		delete b$down_for[node];

	if ( b$said_down == ( |b$down_for| > 0 ) )
		return;

	b$said_down = is_down;
	NOTICE(Notice::Info($note=is_down ? Bridge_Down : Bridge_Up,
	    $msg=fmt("bridge %s %s", printable(bridge), is_down ? "is down" : "is back"),
	    $sub=printable(node == "" ? reason : fmt("%s: %s", node, reason)), $suppress_for=0sec));
	}

event overload_heard(bridge: string, level: count, overloaded: bool)
	{
	local b = news_of(bridge);
	b$level = level;
	b$overloaded = overloaded;

	if ( ! b$waiting )
		event say_overload(bridge);
	}

event say_overload(bridge: string)
	{
	# At its end Zeek runs every timer, due or not.
	if ( zeek_is_terminating() )
		return;

	local b = news_of(bridge);
	local now = network_time();
	b$waiting = F;

	if ( b$overloaded == b$said_overloaded )
		return;

	if ( now < b$quiet_until )
		{
		b$waiting = T;
		schedule b$quiet_until - now { say_overload(bridge) };
		return;
		}

	b$said_overloaded = b$overloaded;
	b$quiet_until = now + overload_notice_gap;
	NOTICE(Notice::Info($note=Bridge_Overload,
	    $msg=fmt("bridge %s is at overload level %d: files of low value are %s", printable(bridge),
	        b$level, b$overloaded ? "not asked about" : "asked about again"), $suppress_for=0sec));
	}

# What a node that is gone, or has started anew, said holds no more.
function forget_node(node: string)
	{
	for ( _, b in bridge_news )
		{
		delete b$down_for[node];

		if ( |b$down_for| == 0 )
			b$said_down = F;
		}
	}

event Cluster::node_down(name: string, id: string)
	{
	forget_node(name);
	}

event Cluster::node_up(name: string, id: string)
	{
	forget_node(name);
	}

function notice_about_bridge(is_down: bool, reason: string)
	{
	if ( says() )
		event bridge_heard(Cluster::node, our_bridge, is_down, reason);
	else
		Cluster::publish(Cluster::manager_topic, bridge_heard, Cluster::node, our_bridge, is_down, reason);
	}

function notice_about_overload(level: count, overloaded: bool)
	{
	if ( says() )
		event overload_heard(our_bridge, level, overloaded);
	else
		Cluster::publish(Cluster::manager_topic, overload_heard, our_bridge, level, overloaded);
	}
