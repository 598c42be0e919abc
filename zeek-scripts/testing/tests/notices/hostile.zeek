# @TEST-DOC: Hostile file names and headers stay within one field of one line in notice.log and mailscan.log, as text and as JSON.
#
# @TEST-GROUP: zeromq
# @TEST-REQUIRES: zeek -N Zeek::Cluster_Backend_ZeroMQ > /dev/null
# @TEST-REQUIRES: command -v python3
# @TEST-PORT: XPUB_PORT
# @TEST-PORT: XSUB_PORT
#
# @TEST-EXEC: btest-bg-run daemon "zeek -b fake-daemon Daemon::leave_after=2 > out"
# @TEST-EXEC: mkdir text json
# @TEST-EXEC: cd text && within 0 20 sensor $TRACES/hostile.pcap
# @TEST-EXEC: cd json && within 0 20 sensor $TRACES/hostile.pcap LogAscii::use_json=T
# @TEST-EXEC: btest-bg-wait 30
# @TEST-EXEC: test $(grep -vc "^#" text/notice.log) = 1 -a $(wc -l < json/notice.log) = 1 -a $(wc -l < json/mailscan.log) = 4
# @TEST-EXEC: zeek-cut -m msg sub file_desc < text/notice.log > notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: python3 -c 'import json; [print(r["verdict"], repr(r.get("filename")), repr(r["subject"]), r["id.orig_h"], r["kind"]) for r in map(json.loads, open("json/mailscan.log"))]; [print(repr(n["msg"])) for n in map(json.loads, open("json/notice.log"))]' > json.out
# @TEST-EXEC: btest-diff json.out
# @TEST-EXEC: test ! -e text/pwned -a ! -e text/spool/passwd
