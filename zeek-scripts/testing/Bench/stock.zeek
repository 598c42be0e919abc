# Stock Zeek doing the same to files: extract and hash them, the whole mail too.
@load base/files/extract
@load base/files/hash

redef SMTP::enable_rfc822_msg_file_analysis = T;

module Stock;

global extracted = 0;

event file_sniff(f: fa_file, meta: fa_metadata)
	{
	if ( f$source != "SMTP" && f$source != "HTTP" )
		return;

	Files::add_analyzer(f, Files::ANALYZER_SHA256);
	Files::add_analyzer(f, Files::ANALYZER_EXTRACT, Files::AnalyzerArgs(
	    $extract_filename=fmt("%s/%d-%s", getenv("MAILSCAN_SPOOL"), ++extracted, f$id)));
	}
