# @TEST-DOC: The response loads alone, before the package and after it; and each script of the package, with what it loads, is complete.
#
# @TEST-EXEC: zeek --parse-only mailscan-bridge/response
# @TEST-EXEC: zeek --parse-only mailscan-bridge/response mailscan-bridge
# @TEST-EXEC: zeek --parse-only mailscan-bridge mailscan-bridge/response
# @TEST-EXEC: for s in $PACKAGE/*.zeek; do zeek -b --parse-only mailscan-bridge/$(basename $s .zeek) || exit 1; done
