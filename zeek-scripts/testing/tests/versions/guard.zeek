# @TEST-DOC: On a Zeek before 8.1 the package says so and what to do, and nothing of it is loaded that such a Zeek could trip over; on one after 9.0 it works and says that it is not written for it; in between it says nothing.
#
# @TEST-EXEC-FAIL: MAILSCAN_SPOOL=$PWD/spool zeek -b old.zeek > out 2> old.err
# @TEST-EXEC: sed -E "s/is $(zeek --version | sed 's/.* //')\./is VERSION./; s/, line [0-9]+//" old.err | grep -o 'MailScanBridge .*' > said
# @TEST-EXEC: test ! -s out
# @TEST-EXEC: for v in untried 8.1 9.0; do echo "$v:" >> said; MAILSCAN_SPOOL=$PWD/spool zeek -b $v.zeek > out 2> $v.err || exit 1; cat out >> said; grep -o 'MailScanBridge is written .*' $v.err | sed -E 's/is [0-9][^:]*:/is VERSION:/' >> said || true; done
# @TEST-EXEC: btest-diff said

# @TEST-START-FILE old.zeek
@load mailscan-bridge/version
redef MailScan::running_zeek = 80099;
@load mailscan-bridge
@load mailscan-bridge/response

@ifdef ( MailScan::file_request )
event zeek_init() &priority=300
	{
	print "the package was loaded";
	}
@endif
# @TEST-END-FILE

# @TEST-START-FILE loaded.zeek
@load mailscan-bridge
@load mailscan-bridge/response

event zeek_init()
	{
	print MailScan::our_node;
	terminate();
	}
# @TEST-END-FILE

# @TEST-START-FILE untried.zeek
@load mailscan-bridge/version
redef MailScan::running_zeek = 90100;
@load ./loaded
# @TEST-END-FILE

# @TEST-START-FILE 8.1.zeek
@load mailscan-bridge/version
redef MailScan::running_zeek = 80100;
@load ./loaded
# @TEST-END-FILE

# @TEST-START-FILE 9.0.zeek
@load mailscan-bridge/version
redef MailScan::running_zeek = 90099;
@load ./loaded
# @TEST-END-FILE
