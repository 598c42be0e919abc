##! MailScanBridge for Zeek: files from mail and other traffic, and URLs, are
##! answered by a daemon beside Zeek; see main.zeek. What a user may set is in
##! options.zeek; responses are loaded apart, by ``mailscan-bridge/response``.

# Is this Zeek one that will do? If not, nothing but the error is loaded.
@load ./version

@if ( MailScan::running_zeek >= MailScan::oldest_zeek )

# The contract first: what crosses the wire, and nothing else.
@load ./api
# What a user may set, before anything reads it.
@load ./options
# A hub to talk to, unless a cluster backend was chosen already.
@load ./standalone
# What is counted, by all that follows.
@load ./stats
# Who we are, what we keep about a file, hooks, counters.
@load ./main
# Where a result goes: rows and notices.
@load ./log
@load ./notices
@load ./news
# From the end of a file to its verdict: what is open, what may be published,
# whose time is up, what comes back.
@load ./pending
@load ./credit
@load ./requests
# What the workers that ask one bridge may have under way together.
@load ./share
@load ./verdicts
# Is the bridge there?
@load ./liveness
@load ./clock
# What is asked about: extraction, then context by protocol.
@load ./context
@load ./files
@load ./smtp
@load ./http
@load ./ftp
# URLs, where the user asks for them.
@load ./url-parts
@load ./url-bound
@load ./urls
@load ./http-urls
@load ./smtp-urls
# Does it add up, and can others see it?
@load ./ledger
@load ./metrics
# Are the settings such as can work?
@load ./checks
# Reading a trace file: hold, wait, end.
@load ./trace

@endif
