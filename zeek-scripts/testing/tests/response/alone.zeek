# @TEST-DOC: The response loads alone, before the package and after it; and each script of the package, with what it loads, is complete. Catch and release, which looks at each connection, comes only where it is asked for; without it no address can be dropped, and Zeek says so.
#
# @TEST-EXEC: zeek --parse-only mailscan-bridge/response
# @TEST-EXEC: zeek --parse-only mailscan-bridge/response mailscan-bridge
# @TEST-EXEC: zeek --parse-only mailscan-bridge mailscan-bridge/response
# @TEST-EXEC: for s in $PACKAGE/*.zeek; do zeek -b --parse-only mailscan-bridge/$(basename $s .zeek) || exit 1; done
# @TEST-EXEC: zeek -b misc/loaded-scripts mailscan-bridge/response -e 'event zeek_init() { terminate(); }'
# @TEST-EXEC: grep -q netcontrol loaded_scripts.log
# @TEST-EXEC-FAIL: grep -q catch-and-release loaded_scripts.log
# @TEST-EXEC-FAIL: zeek -b mailscan-bridge/response MailScan::response_action=address 2> refused
# @TEST-EXEC: grep -q "load mailscan-bridge/response-address" refused
# @TEST-EXEC: zeek -b %INPUT > out
# @TEST-EXEC: grep -q "failed, mailscan-bridge/response-address is not loaded" out

@load mailscan-unit
@load mailscan-bridge/response

module MailScan;

# A hook may ask for it all the same.
event zeek_init() &priority=-20
	{
	event respond_to(RespondTo($action="address", $id=conn_id($orig_h=192.0.2.1, $orig_p=1/tcp,
	    $resp_h=192.0.2.2, $resp_p=25/tcp), $uid="C1", $bad_h=192.0.2.1, $seqno=1,
	    $node="worker", $incarnation=1, $why="test"));
	}

event log_mailscan_response(rec: ResponseInfo)
	{
	print rec$status, rec?$detail ? rec$detail : "";
	terminate();
	}
