##! The counters of :zeek:see:`MailScan::stats` as Zeek's own metrics. They are
##! copied when somebody looks, and cost nothing otherwise.

@load base/frameworks/telemetry
@load ./liveness
@load ./urls

module MailScan;

function counter(name: string, help: string, labels: vector of string &default=vector()): Telemetry::CounterFamily
	{
	return Telemetry::register_counter_family(Telemetry::MetricOpts($prefix="zeek",
	    $name="mailscan_" + name, $unit="", $help_text=help, $label_names=labels));
	}

function gauge(name: string, help: string): Telemetry::GaugeFamily
	{
	return Telemetry::register_gauge_family(Telemetry::MetricOpts($prefix="zeek",
	    $name="mailscan_" + name, $unit="", $help_text=help));
	}

global metric_files = counter("files", "Files that ended and were to be asked about");
global metric_asked = counter("requests", "Requests published for the first time");
global metric_resent = counter("resent_requests", "Requests published again");
global metric_accepted = counter("accepted_requests", "Requests the daemon accepted");
global metric_over_bytes = counter("over_bytes", "Files given up because too many bytes were open");
global metric_verdicts = counter("verdicts", "First rows with the daemon's verdict", vector("verdict"));
global metric_reasons = counter("given_up", "First rows without a verdict", vector("reason"));
global metric_urls = counter("url_lookups", "URLs asked about and answered", vector("verdict"));
global metric_urls_given_up = counter("url_given_up", "URLs asked about and not answered", vector("reason"));
global metric_urls_not_asked = counter("url_not_asked", "URLs not asked about", vector("reason"));
global metric_odd = counter("odd_messages", "Messages beside the ordinary course", vector("kind"));
global metric_caps = counter("caps_hit", "What was cut, forgotten or told early at the cap of an option", vector("option"));
global metric_open = gauge("open_requests", "Requests published and without a verdict");
global metric_backlog = gauge("backlog", "Requests that wait to be published");
global metric_open_bytes = gauge("open_bytes", "Bytes of files without a first row");
global metric_in_flight = gauge("in_flight", "Publications without proof of arrival");
global metric_up = gauge("bridge_up", "1 if the bridge answers");

const no_labels: vector of string = vector();

hook Telemetry::sync()
	{
	Telemetry::counter_family_set(metric_files, no_labels, stats$files);
	Telemetry::counter_family_set(metric_asked, no_labels, stats$asked);
	Telemetry::counter_family_set(metric_resent, no_labels, stats$resent);
	Telemetry::counter_family_set(metric_accepted, no_labels, stats$accepted);

	Telemetry::counter_family_set(metric_over_bytes, no_labels, stats$over_bytes);

	for ( word, n in stats$verdicts )
		Telemetry::counter_family_set(metric_verdicts, vector(word), n);

	for ( reason, n in stats$reasons )
		Telemetry::counter_family_set(metric_reasons, vector(reason), n);

	for ( word, n in url_stats$verdicts )
		Telemetry::counter_family_set(metric_urls, vector(word), n);

	for ( reason, n in url_stats$given_up )
		Telemetry::counter_family_set(metric_urls_given_up, vector(reason), n);

	for ( reason, n in url_stats$not_asked )
		Telemetry::counter_family_set(metric_urls_not_asked, vector(reason), n);

	Telemetry::counter_family_set(metric_odd, vector("rescan"), stats$rescan);
	Telemetry::counter_family_set(metric_odd, vector("late"), stats$late);
	Telemetry::counter_family_set(metric_odd, vector("orphan"), stats$orphan);
	Telemetry::counter_family_set(metric_odd, vector("duplicate"), stats$duplicate);
	Telemetry::counter_family_set(metric_odd, vector("unknown"), stats$unknown);
	Telemetry::counter_family_set(metric_odd, vector("url_late"), url_stats$late);
	Telemetry::counter_family_set(metric_caps, vector("max_remembered"), stats$forgotten);
	Telemetry::counter_family_set(metric_caps, vector("max_context"), stats$context_cut);
	Telemetry::counter_family_set(metric_caps, vector("max_open_news"), stats$news_at_once);
	Telemetry::counter_family_set(metric_caps, vector("max_url_length"), url_stats$cut);
	Telemetry::counter_family_set(metric_caps, vector("max_remembered_urls"), url_stats$not_remembered);
	Telemetry::gauge_family_set(metric_open, no_labels, |requests|);
	Telemetry::gauge_family_set(metric_backlog, no_labels, backlog_size());
	Telemetry::gauge_family_set(metric_open_bytes, no_labels, open_bytes);
	Telemetry::gauge_family_set(metric_in_flight, no_labels, in_flight);
	Telemetry::gauge_family_set(metric_up, no_labels, up ? 1.0 : 0.0);
	}
