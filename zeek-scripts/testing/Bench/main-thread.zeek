# The main thread's own CPU time, as the kernel counts it, at Zeek's end.
event zeek_done() &priority=-100
	{
	system(fmt("cat /proc/%d/task/%d/schedstat > %s", getpid(), getpid(), getenv("BENCH_OUT")));
	}
