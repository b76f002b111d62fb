#!/bin/sh
# Brings both databases of Temporal to the schema of this server version. Safe to run again; run it before a newer server starts.
set -eu
SQL_PASSWORD=$(cat "$DATABASE_PASSWORD_FILE")
export SQL_PASSWORD
for pair in temporal:temporal temporal_visibility:visibility; do
  tool() { temporal-sql-tool --plugin postgres12 --ep "$DATABASE_HOST" --port "${DATABASE_PORT:-5432}" --user "$DATABASE_USER" --db "${pair%:*}" "$@"; }
  # Makes the table of versions where it is not there; a database that is further on stays as it is.
  tool setup-schema --version 0.0
  tool update-schema --schema-dir "${SCHEMAS:-/etc/temporal/schema}/postgresql/v12/${pair#*:}/versioned"
done
