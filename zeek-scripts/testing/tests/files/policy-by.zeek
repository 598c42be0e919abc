# @TEST-DOC: Policy by hooks, in a few lines each: by direction (files from outside to local networks), by sampling (the same files in each run), and by type and way at once: only PDF and Word documents from inbound mail.
#
# @TEST-EXEC: for by in inbound sampling documents; do MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap $by.zeek > $by; MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/http.pcap $by.zeek >> $by; done
# @TEST-EXEC: for by in inbound sampling documents; do echo "$by:"; cat $by; done > out
# @TEST-EXEC: btest-diff out
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap sampling.zeek > again; MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/http.pcap sampling.zeek >> again; diff sampling again

# @TEST-START-FILE common.zeek
@load mailscan-unit/requests

# The addresses that examples have would be local else.
redef Site::private_address_space_is_local = F;

hook MailScan::request_policy(f: fa_file, r: MailScan::FileRequest) &priority=-1
	{
	print r$source, r$kind, r?$mime_type ? r$mime_type : "-", r?$filename ? r$filename : "-", r$is_orig;
	break;
	}
# @TEST-END-FILE

# @TEST-START-FILE inbound.zeek
@load ./common
# The server is ours.
redef Site::local_nets += { 198.51.100.25/32 };

hook MailScan::file_policy(f: fa_file, meta: fa_metadata, plan: MailScan::FilePlan)
	{
	for ( id in f$conns )
		plan$scan = ! Site::is_local_addr(f$is_orig ? id$orig_h : id$resp_h) &&
		    Site::is_local_addr(f$is_orig ? id$resp_h : id$orig_h);
	}
# @TEST-END-FILE

# @TEST-START-FILE sampling.zeek
@load ./common

# Of the files that are no mail every second; the name of a file is a hash already.
hook MailScan::file_policy(f: fa_file, meta: fa_metadata, plan: MailScan::FilePlan)
	{
	plan$scan = f$source == "SMTP" || fnv1a32(f$id) % 2 == 0;
	}
# @TEST-END-FILE

# @TEST-START-FILE documents.zeek
@load ./common
redef MailScan::sources = { "SMTP" };
redef MailScan::smtp_kinds = { "part" };
redef Site::local_nets += { 198.51.100.0/24 };

const documents = /application\/(pdf|msword|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)/;

hook MailScan::file_policy(f: fa_file, meta: fa_metadata, plan: MailScan::FilePlan)
	{
	plan$scan = F;

	for ( id in f$conns )
		plan$scan = meta?$mime_type && documents == meta$mime_type && Site::is_local_addr(id$resp_h);
	}

hook MailScan::request_policy(f: fa_file, r: MailScan::FileRequest)
	{
	r$meta["route"] = r$mime_type == "application/pdf" ? "pdf" : "word";
	print "route", r$meta["route"];
	}
# @TEST-END-FILE
