#!/bin/sh
# Makes the namespace, its retention and its search attributes what the product needs. Safe to run again. Needs the Temporal CLI.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:=portrait}" "${RETENTION:=30d}"
export TEMPORAL_ADDRESS TEMPORAL_NAMESPACE
tries=60
until temporal operator cluster health 2>/dev/null | grep -q SERVING; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "Temporal at $TEMPORAL_ADDRESS does not answer." >&2; exit 1; }
  sleep 2
done
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --retention "$RETENTION" --namespace "$TEMPORAL_NAMESPACE" >/dev/null
else
  temporal operator namespace create --retention "$RETENTION" --namespace "$TEMPORAL_NAMESPACE" >/dev/null
fi
# A new namespace is known to every part of the server after some seconds only.
until have=$(temporal operator search-attribute list 2>/dev/null); do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "Namespace $TEMPORAL_NAMESPACE was made and cannot be used yet; run this again." >&2; exit 1; }
  sleep 2
done
for name in PersonId Tenant Kind; do
  echo "$have" | grep -q "^ *$name " || temporal operator search-attribute create --name "$name" --type Keyword
done
echo "Namespace $TEMPORAL_NAMESPACE: closed workflows are kept $RETENTION; PersonId, Tenant and Kind are search attributes."
