##! What a user may set. An ``option`` can be changed while Zeek runs, a
##! ``const`` only before it starts (with ``redef``). The environment variables
##! named here win over both, so that one site configuration serves live nodes
##! and the reading of trace files.

module MailScan;

export {
	## Directory in which files are extracted for the daemon: an absolute path
	## on the daemon's own machine, which the daemon takes files from. Made if
	## it is not there. Default: ``/var/spool/mailscan-bridge``. Environment:
	## ``MAILSCAN_SPOOL``.
	const spool_dir = "/var/spool/mailscan-bridge" &redef;

	## Name of the bridge to ask. Default: the host's name, so that each sensor
	## talks to the daemon beside it. Environment: ``MAILSCAN_BRIDGE``.
	const bridge_name = gethostname() &redef;

	## Stable name of this Zeek process. Default (empty): ``<host>/<cluster
	## node>``, ``<host>/zeek`` standalone, ``<host>/trace`` where a trace file
	## is read. Environment: ``MAILSCAN_NODE``.
	const node_name = "" &redef;

	## Connect to the daemon's own hub where neither a cluster nor a cluster
	## backend is configured. Default: T, unless the environment variable
	## ``MAILSCAN_HUB_XPUB`` is ``none``. It is heeded when the package is
	## loaded: load ``mailscan-bridge/options``, redef this, and only then load
	## ``mailscan-bridge``.
	const use_hub = getenv("MAILSCAN_HUB_XPUB") != "none" &redef;

	## Sources to ask about, in Zeek's own words (see
	## :zeek:field:`fa_file$source`): ``SMTP``, ``HTTP``, ``FTP_DATA``, ``SMB``,
	## ``IRC_DATA``. Default: SMTP and HTTP, both directions.
	option sources: set[string] = { "SMTP", "HTTP" };

	## What to ask about in a mail: ``message``, the whole of it, and ``part``,
	## each MIME entity as Zeek cuts it. Default: both, since cutting into parts
	## can be evaded, and parts tell more in the log.
	option smtp_kinds: set[string] = { "message", "part" };

	## Parts of one mail to ask about, at most; the others get the row
	## ``unscanned: limits`` and are not extracted. The whole message, which is
	## asked about all the same, has them too. Default: 200.
	option max_parts_per_mail: count = 200;

	## Have Zeek compute the SHA-256 of each file asked about. Default: T.
	option hash_files = T;

	## Have Zeek compute the MD5 of each file asked about too, for the log.
	## Default: F.
	option hash_md5 = F;

	## Bytes from the beginning of a file to put in the log. Zeek keeps no more
	## than :zeek:see:`default_file_bof_buffer_size` (4096), and nothing of
	## a whole mail. Default: 0; the scripts before this one wrote 256.
	option log_first_bytes: count = 0;

	## Extract at most this many bytes of a file; a longer one is scanned as
	## far as it goes and marked as cut off. Zero: no limit. Default: 32 MiB.
	option max_file_size: count = 33554432;

	## Do not ask about files of fewer bytes than this. Default: 1.
	option min_file_size: count = 1;

	## Bytes of a mail's envelope and headers that are sent along with each of
	## its files, at most, and the same again of what hooks add
	## (:zeek:field:`MailScan::FileRequest$meta`); each string counts 32 bytes
	## more. What does not fit is left out, the lists To and Cc first. Default:
	## 16 KiB, as much as the daemon keeps.
	option max_context: count = 16384;

	## Bytes of any one header, address, file name or declared type that are
	## sent, at most; of a longer one the beginning is. Default: 2048.
	option max_context_string: count = 2048;

	## Recipients, and items of any other list, that are sent, at most: the
	## first ones. Default: 100.
	option max_context_items: count = 100;

	## Without a bridge, neither extract nor keep: each file gets its row
	## ``unscanned: no_bridge`` at once, so that the disk cannot fill. If F,
	## extraction goes on and requests wait as in an overload. Default: T.
	option require_bridge = T;

	## Requests that may wait for credit. In live traffic further ones get the
	## row ``unscanned: overload`` and their file is removed. Default: 1000.
	option max_backlog: count = 1000;

	## Types not worth asking about while the daemon is overloaded: such files
	## get the row ``unscanned: overload``. Reading a trace, all are asked
	## about. Default: images, sounds, videos, fonts.
	option low_value_types = /^(image|audio|video|font)\//;

	## The daemon's overload level from which on this holds; 0: always. Below
	## it the daemon answers such files at once and scans them later; what is
	## not asked about is never scanned. Default: 3, the highest.
	option low_value_level: count = 3;

	## Requests published and without a verdict, at most; further ones wait as
	## for credit. Default: 10000.
	option max_open: count = 10000;

	## Bytes of the files that are asked about, or wait to be, and have no first
	## row yet, at most. In live traffic further files get the row ``unscanned:
	## overload`` and are removed; a trace is held instead, until half of them
	## have theirs. Zero: no limit. Default: 1 GiB.
	option max_open_bytes: count = 1073741824;

	## A request not accepted for this long is published again; the wait
	## doubles each time. Default: 5 seconds.
	option accept_timeout = 5sec;

	## Publications of a request that is not accepted, after which it is given
	## up. 1 to 30. Default: 3, so after 5, 10 and 20
	## seconds.
	option max_attempts: count = 3;

	## Longest wait for a verdict, from the end of the file and whatever the
	## daemon promised. Default: 1 hour.
	option max_answer_wait = 1hr;

	## Raise :zeek:enum:`MailScan::Suspicious_File` for suspicious files.
	## Default: F.
	option notice_on_suspicious = F;

	## A mail's bad files make one notice, when all of the mail has its answers
	## or this long after the first; those that are known only later make
	## another. Default: 10 seconds.
	option notice_wait = 10sec;

	## Mails of which bad files wait to be told together, at most; those beyond
	## are told at once. Default: 1000.
	option max_open_news: count = 1000;

	## Reading a trace: hold the first packet this long for a bridge. Without
	## one the trace is read all the same and each file gets its row
	## ``unscanned: no_bridge``. Default: 10 seconds, wall clock.
	option trace_start_wait = 10sec;

	## Reading a trace: wait this long at its end, or while the trace is held
	## and nothing at all comes back, for outstanding verdicts. Default: 30
	## seconds, wall clock.
	option trace_end_wait = 30sec;

	## Reading a trace: hold it while this many requests are without a
	## verdict; go on at half of it. Default: 500.
	option trace_max_open: count = 500;

	## Reading a trace: at its end, let network time jump past
	## :zeek:see:`default_file_timeout_interval`, so that files still open end
	## (as timed out) and can be asked about. If F they end with Zeek, and get
	## the row ``unscanned: timeout``. Default: T.
	option trace_flush_open_files = T;

	## While nothing is heard of the bridge, hellos to it come ever more seldom,
	## at most this far apart, so that they do not pile up before a daemon that
	## is stopped; its heartbeat brings the next one at once, and while it beats
	## they are no more than 5 seconds apart. Default: 10 minutes.
	option max_hello_gap = 10min;

	## The most that the daemon can grant of publications without proof that
	## they arrived: Zeek's publishing is lossless well past it. Default: 1000.
	const max_credit: count = 1000 &redef;

	## Time between looks at the clock (live) for deadlines and heartbeats.
	const tick_interval = 200msec &redef;

	## Live: time after the start, or after a new daemon was noticed, in which
	## its answer to a hello must come before the bridge counts as down.
	const start_grace = 5sec &redef;

	## All that is open is sent again at a new epoch of the daemon, but no more
	## often than this: a daemon that starts again and again, or somebody who
	## says so in its name, must not have Zeek flood the hub. Default: 2 seconds.
	const epoch_gap = 2sec &redef;

	## Requests given up whose late verdict is still recognised as such, and
	## verdicts for earlier starts of this node, and of later scans, that are
	## known when they come again. Default: 50000 of each.
	const max_remembered: count = 50000 &redef;
}
