##! What a response may not do: drop what must never be dropped, or too much; and
##! the rows that say so.

@load ./response-options

module MailScan;

# When the drops of the last hour were made; the oldest first.
global drop_times: vector of time;

function write_response(info: ResponseInfo, status: string, detail: string)
	{
	local row = copy(info);
	row$ts = current_time();
	row$status = status;

	if ( detail != "" )
		row$detail = detail;

	Log::write(RESPONSE_LOG, row);
	}

function fuse_blown(now: time): bool
	{
	# The wall clock was stepped back.
	if ( |drop_times| > 0 && drop_times[|drop_times| - 1] > now )
		{
		local by = drop_times[|drop_times| - 1] - now;

		for ( i, t in drop_times )
			drop_times[i] = t - by;
		}

	while ( |drop_times| > 0 && now - drop_times[0] > 1hr )
		drop_times = drop_times[1:];

	return |drop_times| >= response_max_per_hour;
	}

# What must not be dropped is not, whoever asks: the row says so.
function refused_by_policy(r: RespondTo, info: ResponseInfo): bool
	{
	for ( net in response_never )
		if ( r$id$orig_h in net || r$id$resp_h in net )
			{
			write_response(info, "never", fmt("response_never has %s", net));
			return T;
			}

	if ( hook response_policy(r) )
		return F;

	write_response(info, "never", "response_policy says no");
	return T;
	}

function refused_by_fuse(r: RespondTo, info: ResponseInfo, now: time): bool
	{
	if ( ! fuse_blown(now) )
		return F;

	write_response(info, "fuse", fmt("%d drops within an hour", |drop_times|));
	NOTICE(Notice::Info($note=Response_Fuse,
	    $msg=fmt("%d drops within an hour: no more for now", |drop_times|),
	    $sub=r$why, $uid=r$uid, $id=r$id, $identifier="fuse"));
	return T;
	}
