# @TEST-DOC: Where workers share the traffic, the one that sees a file over FTP hears from the one that sees the commands what it is, before its end or a little later; of what nobody tells of it does not say that it is complete.
#
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
# @TEST-PORT: LOG_PULL_PORT
#
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-EXEC: CLUSTER_NODE=worker-1 ZEEKPATH=$CLUSTER:$ZEEKPATH MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/ftp-cut.pcap -f 'not port 21' test-cluster %INPUT MailScan::sources+='{ "FTP_DATA" }' > requests
# @TEST-EXEC: grep -E '^(50|forgotten)' requests | sort > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit/requests

redef Log::enable_local_logging = T;
redef Log::enable_remote_logging = F;

module FTP;

export {
	global expect: function(h: addr, p: port);
	global forget: function(h: addr, p: port);
}

function expect(h: addr, p: port)
	{
	event sync_add_expected_data(Info($ts=network_time(), $uid="C1", $id=conn_id($orig_h=192.0.2.10,
	    $orig_p=42000/tcp, $resp_h=h, $resp_p=21/tcp), $pending_commands=table()),
	    ExpectedDataChannel($passive=T, $orig_h=192.0.2.10, $resp_h=h, $resp_p=p));
	}

function forget(h: addr, p: port)
	{
	event sync_remove_expected_data(h, p);
	}

module MailScan;

const server = 198.51.100.25;

# Zeek's own word among workers, and ours.
global told = F;

event new_connection(c: connection)
	{
	if ( told )
		return;

	told = T;

	for ( _, p in vector(50005/tcp, 50006/tcp, 50007/tcp, 50009/tcp) )
		FTP::expect(server, p);

	event ftp_asked(server, 50006/tcp, FtpTransfer($name="whole"));
	event ftp_asked(server, 50005/tcp, FtpTransfer($name="piece", $piece=T));

	# An earlier transfer at this port, which another worker saw come to its end.
	event ftp_asked(server, 50099/tcp, FtpTransfer($name="earlier"));
	FTP::forget(server, 50099/tcp);
	}

event file_state_remove(f: fa_file) &priority=-10
	{
	print "forgotten", [server, 50099/tcp] !in ftp_transfers;

	for ( id, c in f$conns )
		if ( id$resp_p == 50009/tcp )
			event ftp_asked(server, 50009/tcp, FtpTransfer($name="told late"));
	}

hook MailScan::request_policy(f: fa_file, r: FileRequest)
	{
	print fmt("%s %s %s %s", r$resp_p, r?$filename ? r$filename : "-", r$seen_bytes, r$complete);
	break;
	}
