##! Tells a program outside when this node knows of its subscriptions, so that nothing published to them from then on is lost: ZeroMQ drops at the publisher what,
##! as far as it knows, nobody subscribes to. The program asks (``ZeekClient.WaitForPublishersAsync``) until each node has answered.
##!
##! An answer goes to a topic to which the program subscribed last. Subscriptions travel in order, so a node that can answer there knows all earlier ones.
##! Costs one event for each question; a question is answered at once or not at all, so nothing piles up.
@load base/frameworks/cluster
@load frameworks/cluster/backend/zeromq

module ZeekClient;

export {
	## Asked by a program outside.
	##
	## answer_to: the topic to which to answer; others than those below ``zeek-client.barrier.answer.`` are ignored, so that a stranger cannot make a node publish
	##            wherever it likes.
	global barrier_ask: event(answer_to: string);

	## The answer.
	##
	## node: the name of the node that answers; ``zeek`` for one that runs alone.
	global barrier_answer: event(node: string);
}

event zeek_init()
	{
	Cluster::subscribe("zeek-client.barrier.ask.");
	}

event ZeekClient::barrier_ask(answer_to: string)
	{
	if ( starts_with(answer_to, "zeek-client.barrier.answer.") )
		Cluster::publish(answer_to, ZeekClient::barrier_answer, Cluster::node == "" ? "zeek" : Cluster::node);
	}
