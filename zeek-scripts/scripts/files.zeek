##! Which files are asked about, and what is asked. Extraction is attached when
##! the type is known (file_sniff) or, to a file that begins with a gap and is
##! never sniffed, at that gap; the request is made when Zeek is done with the
##! file, which is after the extracted file was closed.

@load base/files/extract
@load base/files/hash
@load ./context
@load ./requests

module MailScan;

# Adds what a protocol knows: one handler per protocol.
global add_context: hook(f: fa_file, c: connection, p: Pending);

# Is there too much of it? ``break``: it is refused, and the file's state says why.
global within_limits: hook(f: fa_file);

# Did what carried the file come to its end? One handler per protocol; ``break``:
# it broke off.
global ended_well: hook(f: fa_file, c: connection);

# Is there more to come that tells? ``break``: whoever says so settles the file.
global hold_back: hook(f: fa_file, p: Pending);

# A file is through, and so is what came with its end.
global file_through: event(f: fa_file, c: connection, p: Pending);

function state_of(f: fa_file): FileState
	{
	if ( ! f?$mailscan )
		f$mailscan = FileState();

	return f$mailscan;
	}

# Decide, once, and start extraction.
function attach(f: fa_file, meta: fa_metadata, extract: bool)
	{
	if ( ! f?$mailscan )
		f$mailscan = FileState();

	local state = f$mailscan;

	if ( state?$plan )
		return;

	local plan = FilePlan($limit=max_file_size, $hash=hash_files);
	state$plan = plan;

	if ( f$source == "SMTP" && state$kind !in smtp_kinds )
		plan$scan = F;

	hook file_policy(f, meta, plan);

	if ( ! plan$scan )
		return;

	if ( down && require_bridge )
		{
		state$refused = "no_bridge";
		state$refused_because = "no bridge when the file came";
		return;
		}

	if ( overload_level >= low_value_level && ! tracing && meta?$mime_type &&
	     low_value_types in meta$mime_type )
		{
		state$refused = "overload";
		state$refused_because = fmt("of low value at overload level %d", overload_level);
		return;
		}

	if ( ! hook within_limits(f) || ! extract )
		return;

	if ( plan$hash )
		Files::add_analyzer(f, Files::ANALYZER_SHA256);

	if ( hash_md5 )
		Files::add_analyzer(f, Files::ANALYZER_MD5);

	state$path = cat(file_prefix, ++files_extracted, "-", f$id);
	Files::add_analyzer(f, Files::ANALYZER_EXTRACT, Files::AnalyzerArgs(
	    $extract_filename=state$path, $extract_limit=plan$limit));
	}

event file_sniff(f: fa_file, meta: fa_metadata) &priority=-5
	{
	if ( asking && f$source in sources )
		attach(f, meta, T);
	}

event file_gap(f: fa_file, offset: count, len: count)
	{
	if ( asking && f$source in sources && ! ( f?$mailscan && f$mailscan?$plan ) )
		attach(f, fa_metadata(), Files::file_exists(f$id));
	}

# Others may extract the same file, to a limit of their own, and Zeek's own record of
# the file does not tell whose was reached. The name does; its directory may be spelt
# otherwise by now.
event file_extraction_limit(f: fa_file, args: Files::AnalyzerArgs, limit: count, len: count)
	{
	if ( f?$mailscan && f$mailscan$path != "" && args?$extract_filename &&
	     ends_with(args$extract_filename, f$mailscan$path[|our_spool|:]) )
		f$mailscan$cutoff = T;
	}

function make_request(f: fa_file, state: FileState): FileRequest
	{
	local info = f$info;
	local cutoff = state$cutoff;
	local r = FileRequest($proto=proto, $node=our_node, $incarnation=our_incarnation,
	    $seqno=0, $attempt=0, $ts=network_time(), $sent=network_time(),
	    $path=state$path, $kind=state$kind, $source=f$source, $fuid=f$id,
	    $seen_bytes=f$seen_bytes, $missing_bytes=f$missing_bytes,
	    $overflow_bytes=f$overflow_bytes, $cutoff=cutoff, $timedout=info$timedout,
	    $complete=! cutoff && ! info$timedout && f$missing_bytes == 0 &&
	        f$overflow_bytes == 0 && ( ! f?$total_bytes || f$seen_bytes == f$total_bytes ));

	if ( info$timedout || draining )
		# Network time may have jumped at the end of a trace.
		r$ts = f$last_active;

	if ( f?$total_bytes )
		r$total_bytes = f$total_bytes;

	if ( f?$parent_id )
		r$parent_fuid = f$parent_id;

	if ( f?$is_orig )
		r$is_orig = f$is_orig;

	if ( info?$filename )
		r$filename = shortened(info$filename);

	if ( info?$mime_type )
		r$mime_type = info$mime_type;

	if ( state?$declared_type )
		r$declared_type = shortened(state$declared_type);

	if ( info?$sha256 )
		r$sha256 = info$sha256;

	return r;
	}

function settle_file(f: fa_file, p: Pending)
	{
	local state = f$mailscan;

	if ( state$refused != "" )
		refuse(p, state$refused, state$refused_because);
	else if ( f$seen_bytes + f$missing_bytes < min_file_size || ! hook request_policy(f, p$r) )
		refuse(p, "policy", "left out by configuration");
	else
		{
		if ( |p$r$meta| > 0 )
			bound_meta(p$r);

		ask(p);
		}
	}

event file_through(f: fa_file, c: connection, p: Pending)
	{
	if ( ! hook ended_well(f, c) )
		p$r$complete = F;

	settle_file(f, p);
	}

event file_state_remove(f: fa_file) &priority=-5
	{
	if ( ! asking )
		return;

	# Nothing of it was seen: it never got as far as a plan. What has one keeps it,
	# whatever the sources are by now.
	if ( ! f?$mailscan || ! f$mailscan?$plan )
		{
		if ( f$source !in sources )
			return;

		attach(f, fa_metadata(), F);
		}

	local state = f$mailscan;

	if ( ! state$plan$scan )
		{
		if ( state$kind == "message" && state?$mail_files )
			mail_file_settled(state$mail_files);

		return;
		}

	local r = make_request(f, state);
	local p = Pending($r=r, $closed=current_time());

	if ( f$info?$md5 )
		p$md5 = f$info$md5;

	if ( state$path != "" )
		p$bytes = r$cutoff ? state$plan$limit : f$seen_bytes;

	if ( log_first_bytes > 0 && f?$bof_buffer )
		p$first_bytes = |f$bof_buffer| > log_first_bytes ? f$bof_buffer[0:log_first_bytes] : f$bof_buffer;

	local carrier: connection;

	if ( f?$conns )
		for ( _, c in f$conns )
			{
			local id = c$id;
			p$id = id;
			r$uid = c$uid;
			r$orig_h = id$orig_h;
			r$orig_p = id$orig_p;
			r$resp_h = id$resp_h;
			r$resp_p = id$resp_p;
			hook add_context(f, c, p);
			carrier = c;
			break;
			}

	if ( state?$mail_files )
		{
		p$mail_files = state$mail_files;

		# The message was counted when the mail began.
		if ( state$kind == "part" )
			++p$mail_files$open;
		}

	# Whether a mail or an answer without a size came to its end is known by events
	# that follow this one, from the same packet or a later one.
	if ( ! r?$uid || ! r$complete || f?$total_bytes )
		settle_file(f, p);
	else if ( hook hold_back(f, p) )
		event file_through(f, carrier, p);
	}
