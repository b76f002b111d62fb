#!/bin/sh
# First start of PostgreSQL only: a user and a database for Temporal (two databases) and one for the API, each with its own password.
set -eu
make_user() { # name, file with the password, databases ...
  name=$1
  password=$(cat "${SECRETS:-/run/secrets}/$2")
  shift 2
  psql --set ON_ERROR_STOP=1 --set name="$name" --set password="$password" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
SQL
  for database in "$@"; do
    psql --set ON_ERROR_STOP=1 --set name="$name" --set database="$database" --username "$POSTGRES_USER" <<'SQL'
CREATE DATABASE :"database" OWNER :"name";
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SQL
  done
}
make_user temporal temporal-database-password temporal temporal_visibility
make_user portrait portrait-database-password portrait
