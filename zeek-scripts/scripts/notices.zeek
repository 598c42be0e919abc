##! Notices: malicious files (always), suspicious ones (by option), and the
##! bridge going away and coming back (once each, never one per file).
##!
##! File names and the like are hostile bytes. They appear in messages with
##! what cannot be printed written as an escape, so that a message stays one
##! line wherever it goes, mail included.

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

# Hostile bytes made fit for a message.
function printable(s: string, limit: count &default=200): string
	{
	return |s| > limit ? clean(s[0:limit]) + "..." : clean(s);
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

function notice_about_bridge(down: bool, reason: string)
	{
	NOTICE(Notice::Info($note=down ? Bridge_Down : Bridge_Up,
	    $msg=fmt("bridge %s %s", printable(our_bridge), down ? "is down" : "is back"),
	    $sub=printable(reason), $suppress_for=0sec));
	}

function notice_about_overload(level: count, overloaded: bool)
	{
	NOTICE(Notice::Info($note=Bridge_Overload,
	    $msg=fmt("bridge %s is at overload level %d: files of low value are %s", printable(our_bridge),
	        level, overloaded ? "not asked about" : "asked about again"), $suppress_for=0sec));
	}
