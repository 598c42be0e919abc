##! Answers the pings of the sample PingPong.
@load frameworks/cluster/backend/zeromq

module Demo;

export {
	global ping: event(src_time: time, seq: count);
	global pong: event(src_time: time, dst_time: time, seq: count);
}

event zeek_init()
	{
	Cluster::subscribe("demo.ping.");
	}

event Demo::ping(src_time: time, seq: count)
	{
	Cluster::publish("demo.pong.", Demo::pong, src_time, current_time(), seq);
	}
