##! Returns every type: an event comes back under the same name with the same arguments, encoded anew by Zeek. What came beside the arguments, which scripts cannot send,
##! comes back as arguments.
@load frameworks/cluster/backend/zeromq

module Echo;

export {
	type Color: enum { Red, Green };
	type Inner: record { a: count; b: string &optional; };
	type Outer: record { id: string; inner: Inner; opt: Inner &optional; tags: set[string]; xs: vector of count; t: table[addr, port] of string; };

	global e_bool: event(v: bool);
	global e_count: event(v: count);
	global e_int: event(v: int);
	global e_double: event(v: double);
	global e_string: event(v: string);
	global e_addr: event(v: addr);
	global e_subnet: event(v: subnet);
	global e_port: event(v: port);
	global e_time: event(v: time);
	global e_interval: event(v: interval);
	global e_enum: event(v: Color);
	global e_pattern: event(v: pattern);
	global e_set: event(v: set[string]);
	global e_set_real: event(v: set[double]);
	global e_set_int: event(v: set[int]);
	global e_set_compound: event(v: set[addr, port]);
	global e_table: event(v: table[subnet] of count);
	global e_vector: event(v: vector of string);
	global e_record: event(v: Outer);
	global e_any: event(v: any);
	global e_opaque: event(v: opaque of entropy);
	global e_done: event();

	## Asks for a first opaque value, which only Zeek can make; it comes as an :zeek:see:`Echo::e_opaque`.
	##
	## text: what the value is made of.
	global make_opaque: event(text: string);

	global e_meta: event(name: string);

	## What came beside an :zeek:see:`Echo::e_meta`.
	##
	## name: that of the event.
	##
	## at: its network time; 0 where it had none.
	##
	## trace: its own entry; empty where it had none.
	global e_meta_seen: event(name: string, at: time, trace: string);
}

redef enum EventMetadata::ID += { TRACE = 4711 };

event zeek_init()
	{
	EventMetadata::register(TRACE, string);
	Cluster::subscribe("echo.to.");
	}

event Echo::e_bool(v: bool) { Cluster::publish("echo.from.", e_bool, v); }
event Echo::e_count(v: count) { Cluster::publish("echo.from.", e_count, v); }
event Echo::e_int(v: int) { Cluster::publish("echo.from.", e_int, v); }
event Echo::e_double(v: double) { Cluster::publish("echo.from.", e_double, v); }
event Echo::e_string(v: string) { Cluster::publish("echo.from.", e_string, v); }
event Echo::e_addr(v: addr) { Cluster::publish("echo.from.", e_addr, v); }
event Echo::e_subnet(v: subnet) { Cluster::publish("echo.from.", e_subnet, v); }
event Echo::e_port(v: port) { Cluster::publish("echo.from.", e_port, v); }
event Echo::e_time(v: time) { Cluster::publish("echo.from.", e_time, v); }
event Echo::e_interval(v: interval) { Cluster::publish("echo.from.", e_interval, v); }
event Echo::e_enum(v: Color) { Cluster::publish("echo.from.", e_enum, v); }
event Echo::e_pattern(v: pattern) { Cluster::publish("echo.from.", e_pattern, v); }
event Echo::e_set(v: set[string]) { Cluster::publish("echo.from.", e_set, v); }
event Echo::e_set_real(v: set[double]) { Cluster::publish("echo.from.", e_set_real, v); }
event Echo::e_set_int(v: set[int]) { Cluster::publish("echo.from.", e_set_int, v); }
event Echo::e_set_compound(v: set[addr, port]) { Cluster::publish("echo.from.", e_set_compound, v); }
event Echo::e_table(v: table[subnet] of count) { Cluster::publish("echo.from.", e_table, v); }
event Echo::e_vector(v: vector of string) { Cluster::publish("echo.from.", e_vector, v); }
event Echo::e_record(v: Outer) { Cluster::publish("echo.from.", e_record, v); }
event Echo::e_any(v: any) { Cluster::publish("echo.from.", e_any, v); }
event Echo::e_opaque(v: opaque of entropy) { Cluster::publish("echo.from.", e_opaque, v); }
event Echo::e_done() { terminate(); }

event Echo::make_opaque(text: string)
	{
	local v = entropy_test_init();
	entropy_test_add(v, text);
	Cluster::publish("echo.from.", e_opaque, v);
	}

event Echo::e_meta(name: string)
	{
	local times = EventMetadata::current(EventMetadata::NETWORK_TIMESTAMP);
	local traces = EventMetadata::current(TRACE);
	local at = |times| == 1 ? times[0] as time : double_to_time(0.0);
	local trace = |traces| == 1 ? traces[0] as string : "";
	Cluster::publish("echo.from.", e_meta_seen, name, at, trace);
	}
