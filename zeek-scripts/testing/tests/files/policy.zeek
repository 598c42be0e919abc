# @TEST-DOC: file_policy keeps files out, or changes their limit; request_policy has the last word, and what it drops gets its row and is removed.
#
# @TEST-EXEC: MAILSCAN_SPOOL=$PWD/spool zeek -C -r $TRACES/mail.pcap %INPUT  > requests
# @TEST-EXEC: btest-diff requests
# @TEST-EXEC: (cd spool && sha256sum * | sed -E "s/[0-9]{16}-[0-9]+-//" | sort -k2) > extracted
# @TEST-EXEC: btest-diff extracted
# @TEST-EXEC: rows status verdict reason detail kind < mailscan.log > rows
# @TEST-EXEC: btest-diff rows

@load mailscan-unit/requests

hook MailScan::file_policy(f: fa_file, meta: fa_metadata, plan: MailScan::FilePlan)
	{
	if ( meta?$mime_type && meta$mime_type == "application/pdf" )
		plan$scan = F;
	}

hook MailScan::file_policy(f: fa_file, meta: fa_metadata, plan: MailScan::FilePlan)
	{
	if ( f$info?$filename && f$info$filename == "invoice.com" )
		{
		plan$limit = 10;
		plan$hash = F;
		}
	}

hook MailScan::request_policy(f: fa_file, r: MailScan::FileRequest)
	{
	if ( r$kind == "message" )
		break;
	}
