# @TEST-DOC: Zeek's own traces of mail, HTTP and FTP, where its source tree is (ZEEK_TRACES, else /opt/zsrc/testing/btest/Traces): every file that files.log knows has a first row, no other has, and no script fails. Where there are no traces the test says that it looked at nothing.
#
# @TEST-EXEC: bash each.sh > looked-at
# @TEST-EXEC: test -s looked-at || echo "no traces in $ZEEK_TRACES: nothing was looked at" >&2

# @TEST-START-FILE each.sh
set -eu
for trace in $(cd "$ZEEK_TRACES" 2> /dev/null && ls smtp*.* smtp/*.* http/*.* ftp/*.* 2> /dev/null | grep -E '\.(pcap|trace)$' | head -40); do
    rm -rf run
    mkdir run
    echo "$trace"
    (
        cd run
        MAILSCAN_SPOOL=$PWD/spool zeek -C -r "$ZEEK_TRACES/$trace" mailscan-unit/requests 'MailScan::sources+={ "FTP_DATA" }' > requests 2> err
        touch files.log mailscan.log
        zeek-cut -m fuid source < files.log | awk '$2 == "SMTP" || $2 == "HTTP" || $2 == "FTP_DATA" { print $1 }' | sort -u > files.txt
        zeek-cut -m fuid status < mailscan.log | awk '$2 == "first" { print $1 }' | sort -u > first.txt
        diff files.txt first.txt >&2
        ! grep -E 'expression error|runtime error' err >&2
    )
done
# @TEST-END-FILE
