# @TEST-DOC: When a file is asked about, Zeek is through with it: it is closed and whole on the disk, its hash is known, and it is not among Zeek's files any more.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT | grep ^closed > out
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/gap.pcap %INPUT | grep ^closed >> out
# @TEST-EXEC: btest-diff out

@load mailscan-unit/requests

hook MailScan::request_policy(f: fa_file, r: MailScan::FileRequest)
	{
	# Zeek hashes no file with a gap, and extracts none of which it saw nothing.
	print fmt("closed: all on the disk %s, hash unless gap %s, known to Zeek %s",
	    r$path == "" ? f$seen_bytes == 0 : file_size(r$path) == f$seen_bytes, r?$sha256 == ( f$missing_bytes == 0 ), Files::file_exists(f$id));
	}
