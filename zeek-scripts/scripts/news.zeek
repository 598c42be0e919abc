##! Who is told what: the bad files of one mail are one piece of news, told when
##! all of the mail has its answers, or some time after the first.

@load ./notices

module MailScan;

# What is known of the bad files of one mail, or of one bad file.
type BadNews: record {
	# The row to tell about: the worst, a part rather than the whole mail.
	row: Info;
	desc: string;
	# What the bad files are called, and what the tools call what they found.
	files: vector of string;
	names: vector of string;
	# When to tell, whether or not the mail is through.
	due: time;
};

# Bad files of mails that are not through, or that more may become known of, by the
# whole mail's fuid.
global bad_news: table[string] of BadNews;

# A mail may have any number of parts; what is said of it may not.
function add_once(v: vector of string, s: string)
	{
	if ( |v| >= 50 )
		return;

	for ( _, known in v )
		if ( known == s )
			return;

	v += s;
	}

# The mail a row belongs to; empty if none.
function mail_of(kind: string, fuid: string, parent_fuid: string): string
	{
	return kind == "message" ? fuid : kind == "part" ? parent_fuid : "";
	}

function some_of(v: vector of string): string
	{
	if ( |v| <= 8 )
		return join_string_vec(v, ", ");

	return fmt("%s and %d more", join_string_vec(v[0:8], ", "), |v| - 8);
	}

function tell(b: BadNews, identifier: string)
	{
	local row = b$row;
	local hash = row?$sha256 ? printable(row$sha256) : "unknown";
	local n = Notice::Info($note=row$verdict == "malicious" ? Malicious_File : Suspicious_File,
	    $msg=fmt("%s: %s (sha256 %s): %s", row$verdict, some_of(b$files), hash,
	        |b$names| > 0 ? some_of(b$names) : row?$detail ? printable(row$detail) : "no name"),
	    $fuid=row$fuid, $file_desc=b$desc == "" ? describe_file(row) : printable(b$desc),
	    $identifier=identifier);

	local mail = describe_mail(row);

	if ( mail != "" )
		n$sub = mail;
	else if ( row?$detail )
		n$sub = printable(row$detail);

	if ( row?$uid )
		n$uid = row$uid;

	if ( row?$id )
		n$id = row$id;

	if ( row?$detected_type )
		n$file_mime_type = row$detected_type;
	else if ( row?$mime_type )
		n$file_mime_type = row$mime_type;

	NOTICE(n);
	}

# The same bad files of the same mail are the same news; further ones, found after
# it was told, are not.
function tell_mail(b: BadNews, mail: string)
	{
	if ( |b$files| == 0 )
		b$files += describe_file(b$row);

	tell(b, cat(b$row$node, b$row$incarnation, mail, b$files));
	}

# A row says more than what is known: a worse verdict, or a part where only the
# whole mail was known.
function tells_more(row: Info, known: Info): bool
	{
	if ( row$verdict != known$verdict )
		return row$verdict == "malicious";

	return known$kind == "message" && row$kind != "message";
	}

function notice_about_file(row: Info, desc: string, of_open_mail: bool, now: time)
	{
	local mail = mail_of(row$kind, row$fuid, row?$parent_fuid ? row$parent_fuid : "");
	local b: BadNews;

	if ( mail in bad_news )
		{
		b = bad_news[mail];

		if ( tells_more(row, b$row) )
			{
			b$row = row;
			b$desc = desc;
			}
		}
	else
		b = BadNews($row=row, $desc=desc, $due=now + notice_wait);

	# That a mail with a bad part is bad as a whole is no news.
	if ( row$kind != "message" || row?$filename )
		add_once(b$files, describe_file(row));

	if ( row?$names )
		for ( _, name in row$names )
			add_once(b$names, printable(name, 100));

	# What comes late seldom comes alone, and what else of the mail comes with it
	# would be suppressed as told already.
	if ( mail != "" && ! ended && ( of_open_mail || row$status != "first" ) )
		{
		if ( mail in bad_news || |bad_news| < max_open_news )
			{
			bad_news[mail] = b;
			return;
			}

		++stats$news_at_once;
		}

	if ( mail != "" )
		tell_mail(b, mail);
	else
		# The same content on the same way is the same news.
		tell(b, cat(row?$sha256 ? row$sha256 : row$fuid, row?$id ? cat(row$id$orig_h, row$id$resp_h) : ""));
	}

function tell_about_mail(mail: string)
	{
	if ( mail !in bad_news )
		return;

	local b = bad_news[mail];
	delete bad_news[mail];
	tell_mail(b, mail);
	}

# A file of a mail has its first row. The whole mail ends after all its parts.
function mail_file_settled(mail: MailFiles)
	{
	if ( --mail$open == 0 && |bad_news| > 0 )
		tell_about_mail(mail$fuid);
	}

# Tell what is due; *everything* at the end.
function tell_what_is_due(now: time, everything: bool)
	{
	local mails: vector of string;

	for ( mail, b in bad_news )
		if ( everything || now >= b$due )
			mails += mail;

	for ( _, m in mails )
		tell_about_mail(m);
	}

# Settle a row that carries the daemon's verdict. The file's description is
# Zeek's own, where it still has one. *of_open_mail*: it is the first row of a file
# of a mail, and so that mail is not through.
function write_verdict(v: Verdict, row: Info, desc: string, of_open_mail: bool, now: time)
	{
	local response = Response($notice=row$verdict == "malicious" ||
	    (row$verdict == "suspicious" && notice_on_suspicious));

	hook verdict_policy(v, row, response);
	Log::write(LOG, row);

	if ( response$notice )
		notice_about_file(row, desc, of_open_mail, now);

	# An earlier incarnation's verdict is told, and nothing more: what it is
	# about is long over.
	if ( row$status == "orphan" )
		return;

	if ( response$drop != "" && row$verdict == "malicious" && row?$id && row?$uid )
		hook respond(RespondTo($action=response$drop, $id=row$id, $uid=row$uid,
		    $bad_h=row?$is_orig && ! row$is_orig ? row$id$resp_h : row$id$orig_h,
		    $fuid=row$fuid, $seqno=v$seqno, $node=v$node, $incarnation=v$incarnation,
		    $why=fmt("malicious: %s", describe_file(row))));

	# A scan that failed says nothing against the one that did not.
	if ( row$status == "rescan" && ( row$verdict == "clean" || row$verdict == "suspicious" ) )
		hook withdraw(v$node, v$incarnation, v$seqno, fmt("a later scan says %s", row$verdict));
	}
