##! The wall clock may be stepped back while Zeek runs. What was noted of it would then
##! lie in the future, and nothing would be due for as long as the step was: no hello,
##! no heartbeat missed, no time up. So all of it is put back by as much.

@load ./liveness

module MailScan;

hook clock_stepped_back(by: interval)
	{
	last_heard = last_heard - by;
	hello_last = hello_last - by;
	waiting_since = waiting_since - by;
	all_sent = all_sent - by;
	last_tick = last_tick - by;
	last_progress = last_progress - by;
	lost_until = lost_until - by;
	next_deadline = double_to_time(0.0);

	if ( hello_since != double_to_time(0.0) )
		hello_since = hello_since - by;

	for ( _, p in requests )
		{
		p$closed = p$closed - by;
		p$r$sent = p$r$sent - by;
		p$since = p$since - by;

		if ( p?$deadline )
			p$deadline = p$deadline - by;
		}

	for ( _, waiting in backlog )
		waiting$closed = waiting$closed - by;

	for ( seqno, closed in given_up )
		given_up[seqno] = closed - by;

	for ( _, b in bad_news )
		b$due = b$due - by;
	}
