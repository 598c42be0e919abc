##! Asks the sample UrlLookup about each URL, and raises a notice for those that it calls bad. Zeek never waits: what is not answered within 5 seconds is forgotten.
@load base/frameworks/notice
@load base/protocols/http
@load frameworks/cluster/backend/zeromq

module Stomper;

export {
	redef enum Notice::Type += {
		## A URL that was asked for is on the list of the program outside.
		Bad_URL
	};

	## Asks about a URL.
	##
	## seqno: names the question in the answer.
	##
	## host: the host as in the request.
	##
	## uri: the rest of the URL.
	global remote_check_URL: event(seqno: count, host: string, uri: string);

	## Says that a URL is bad.
	##
	## seqno: of the question.
	global stomper_block: event(seqno: count);
}

type Asked: record {
	uid: string;
	id: conn_id;
	url: string;
};

global asked: table[count] of Asked &create_expire=5secs;
global last_seqno = 0;

event zeek_init()
	{
	Cluster::subscribe("stomper.block.");
	}

event http_message_done(c: connection, is_orig: bool, stat: http_message_stat)
	{
	if ( ! is_orig || ! c?$http || ! c$http?$host || ! c$http?$uri )
		return;

	asked[++last_seqno] = Asked($uid=c$uid, $id=c$id, $url=c$http$host + c$http$uri);
	Cluster::publish("stomper.check.", Stomper::remote_check_URL, last_seqno, c$http$host, c$http$uri);
	}

event Stomper::stomper_block(seqno: count)
	{
	if ( seqno !in asked )
		return;

	local a = asked[seqno];
	delete asked[seqno];
	NOTICE([$note=Bad_URL, $msg=fmt("bad URL: %s", a$url), $uid=a$uid, $id=a$id, $identifier=a$url]);
	}
