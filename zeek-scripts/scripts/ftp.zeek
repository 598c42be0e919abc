##! FTP's and IRC's data connections: a file there has no size and no end but that
##! of its connection. What an FTP transfer is, its control connection says, and
##! where workers share the traffic, another one may see that.

@load base/protocols/ftp
@load base/protocols/irc
@load ./files

module MailScan;

# What was asked for, to go over one data connection.
type FtpTransfer: record {
	# What it is called there; empty for a listing.
	name: string &default="";
	# It begins within the file, or is to be added to one.
	piece: bool &default=F;
};

redef record FTP::Info += {
	# Where the next transfer goes.
	mailscan_channel: FTP::ExpectedDataChannel &optional;
	# A transfer was asked for before it was known where it goes.
	mailscan_ahead: bool &default=F;
	# The next transfer begins within the file.
	mailscan_restart: bool &default=F;
};

redef record FileState += {
	# The transfer that it came by, once that is known.
	ftp: FtpTransfer &optional;
};

export {
	# Transfers that were asked for, by the address and port that accept their data
	# connection, until that is seen.
	global ftp_transfers: table[addr, port] of FtpTransfer &create_expire=5min;
}

# Another worker sees the control connection.
global ftp_asked: event(resp_h: addr, resp_p: port, transfer: FtpTransfer);

# The end of a file whose transfer another worker may know of.
global ftp_through: event(f: fa_file, c: connection, p: Pending);

# How long that may take, wall clock.
const ftp_wait = 1sec;

const ftp_files: set[string] = { "RETR", "STOR", "STOU", "APPE" };
const ftp_listings: set[string] = { "LIST", "NLST", "MLSD" };

function ftp_is_wanted(): bool
	{
	return asking && "FTP_DATA" in sources;
	}

function ftp_remember(resp_h: addr, resp_p: port, transfer: FtpTransfer)
	{
	if ( FTP::max_expected_data_channels > 0 && |ftp_transfers| >= FTP::max_expected_data_channels )
		return;

	ftp_transfers[resp_h, resp_p] = transfer;
	}

# The next transfer has a data connection of its own.
function ftp_announced(c: connection)
	{
	if ( ! ftp_is_wanted() || ! c?$ftp )
		return;

	# Zeek forgets it where several commands have no answer yet. What comes there
	# nobody is known to have asked for, and so it is not said to be whole.
	if ( ! c$ftp?$data_channel )
		{
		c$ftp$mailscan_ahead = F;
		return;
		}

	local channel = c$ftp$data_channel;
	c$ftp$mailscan_channel = channel;
	delete ftp_transfers[channel$resp_h, channel$resp_p];

	# What was asked for already may be anything.
	if ( c$ftp$mailscan_ahead )
		ftp_remember(channel$resp_h, channel$resp_p, FtpTransfer($piece=T));

	c$ftp$mailscan_ahead = F;
	}

event ftp_asked(resp_h: addr, resp_p: port, transfer: FtpTransfer)
	{
	if ( ftp_is_wanted() )
		ftp_remember(resp_h, resp_p, transfer);
	}

# Zeek's own handlers of these, at priority 5, keep the session.
event ftp_reply(c: connection, code: count, msg: string, cont_resp: bool)
	{
	if ( cont_resp )
		return;

	if ( code == 227 || code == 229 )
		ftp_announced(c);
	else if ( code >= 400 && ftp_is_wanted() && c?$ftp && c$ftp?$mailscan_channel &&
	          c$ftp?$cmdarg && c$ftp$cmdarg$cmd in ftp_files )
		# What was asked for does not come; its channel is there for something else.
		delete ftp_transfers[c$ftp$mailscan_channel$resp_h, c$ftp$mailscan_channel$resp_p];
	}

event ftp_request(c: connection, command: string, arg: string)
	{
	if ( ! ftp_is_wanted() || ! c?$ftp )
		return;

	local session = c$ftp;

	if ( command == "PORT" || command == "EPRT" )
		{
		ftp_announced(c);
		return;
		}

	if ( command == "PASV" || command == "EPSV" )
		{
		delete session$mailscan_channel;
		session$mailscan_ahead = F;
		return;
		}

	if ( command == "REST" )
		{
		session$mailscan_restart = arg != "0";
		return;
		}

	if ( command !in ftp_files && command !in ftp_listings )
		return;

	if ( ! session?$mailscan_channel )
		{
		session$mailscan_ahead = T;
		session$mailscan_restart = F;
		return;
		}

	local channel = session$mailscan_channel;
	local transfer = FtpTransfer($piece=session$mailscan_restart || command == "APPE");
	session$mailscan_restart = F;

	if ( command in ftp_files )
		transfer$name = shortened(arg);

	# Asked for again before any of it came: it may be either.
	if ( [channel$resp_h, channel$resp_p] in ftp_transfers )
		{
		local other = ftp_transfers[channel$resp_h, channel$resp_p];
		transfer$piece = transfer$piece || other$piece;

		if ( transfer$name != other$name )
			transfer$name = "";
		}

	ftp_remember(channel$resp_h, channel$resp_p, transfer);

	if ( Cluster::is_enabled() )
		Cluster::publish(Cluster::worker_topic, ftp_asked, channel$resp_h, channel$resp_p, transfer);
	}

function ftp_find(f: fa_file, c: connection)
	{
	local state = state_of(f);

	if ( state?$ftp || [c$id$resp_h, c$id$resp_p] !in ftp_transfers )
		return;

	state$ftp = ftp_transfers[c$id$resp_h, c$id$resp_p];
	delete ftp_transfers[c$id$resp_h, c$id$resp_p];
	}

event file_over_new_connection(f: fa_file, c: connection, is_orig: bool) &priority=-5
	{
	if ( f$source == "FTP_DATA" && ftp_is_wanted() )
		ftp_find(f, c);
	}

hook add_context(f: fa_file, c: connection, p: Pending)
	{
	if ( f$source != "FTP_DATA" )
		return;

	ftp_find(f, c);

	if ( f$mailscan?$ftp && f$mailscan$ftp$name != "" && ! p$r?$filename )
		p$r$filename = f$mailscan$ftp$name;
	}

# What the other worker says may be on its way.
hook hold_back(f: fa_file, p: Pending)
	{
	if ( f$source != "FTP_DATA" || f$mailscan?$ftp ||
	     ! Cluster::is_enabled() || zeek_is_terminating() )
		return;

	for ( _, c in f$conns )
		{
		schedule ftp_wait { ftp_through(f, c, p) };
		break;
		}

	break;
	}

event ftp_through(f: fa_file, c: connection, p: Pending)
	{
	hook add_context(f, c, p);
	p$closed = current_time();
	event file_through(f, c, p);
	}

# Whoever sends says that this was all by closing its side: a reset, or silence, says
# that there was to be more. Of a transfer nobody saw asked for it may be a piece.
hook ended_well(f: fa_file, c: connection)
	{
	if ( f$source == "FTP_DATA" )
		{
		if ( ! f$mailscan?$ftp || f$mailscan$ftp$piece )
			break;
		}
	else if ( f$source != "IRC_DATA" )
		return;

	if ( ( f?$is_orig && f$is_orig ? "F" : "f" ) !in c$history ||
	     ( f?$irc && f$irc?$dcc_file_size && f$seen_bytes < f$irc$dcc_file_size ) )
		break;
	}

# Zeek's word among the workers, of a module that keeps it to itself: that data
# connection is over.
module FTP;

event sync_remove_expected_data(resp_h: addr, resp_p: port) &priority=-5
	{
	delete MailScan::ftp_transfers[resp_h, resp_p];
	}
