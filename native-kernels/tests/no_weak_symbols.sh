#!/bin/sh
# Per-ISA objects may define functions of their own namespace only: a weak symbol (an inline function or a template with
# external linkage) compiled for AVX-512 could be the one the linker keeps for every processor.
nm="$1"
shift
found=$("$nm" -C "$@" | grep -E ' [WVu] ')
[ -z "$found" ] && exit 0
echo "weak symbols in per-ISA objects:"
echo "$found" | sort -u
exit 1
