#!/usr/bin/env bash
# Runs once, when the data folder is empty: a database for each service, owned by a user that reaches no other one.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

for service in approvals forums policy bulletin; do
  # psql reads the password itself, so that no command line ever shows it
  PASSWORD_FILE="$secrets/${service}_database_password" \
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set service="$service" <<'SQL'
\set password `cat "$PASSWORD_FILE"`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
