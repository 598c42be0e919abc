##! The package needs Zeek 8.1 or later: the ZeroMQ cluster backend as it is since
##! then. On an older Zeek nothing else of it is loaded, so that what is said is
##! this and no error of syntax. It was tried with 8.2.2, and is written for 8.1 to
##! 9.0.
##!
##! What differs between these is told by what is there (``@ifdef``) where it
##! is used: CURVE keys since 8.2, and the backend's events.

@load base/misc/version

module MailScan;

export {
	## The oldest Zeek that will do, as :zeek:see:`Version::number` counts.
	const oldest_zeek: count = 80100;

	## From this one on the package is not written for it.
	const untried_zeek: count = 90100;

	## The Zeek that runs. Another number is for tests.
	const running_zeek: count = Version::number &redef;
}

event zeek_init() &priority=200
	{
	if ( running_zeek < oldest_zeek )
		Reporter::fatal(fmt("MailScanBridge needs Zeek 8.1 or later, and this is %s. Install a later Zeek, or do not load the package.", zeek_version()));

	if ( running_zeek >= untried_zeek )
		Reporter::warning(fmt("MailScanBridge is written for Zeek 8.1 to 9.0 and was tried with 8.2.2, and this is %s: look for a later version of the package.", zeek_version()));
	}
