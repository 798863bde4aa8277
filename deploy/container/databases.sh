#!/bin/sh
# The two databases of compose.yaml, each with an owner of its own: run once by the image of PostgreSQL, when its folder
# is empty. The passwords are those in the addresses that the others get.
set -eu
password() { sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' "${SECRETS:-/run/secrets}/$1"; }
psql --no-psqlrc --quiet --username="${POSTGRES_USER:-postgres}" --dbname=postgres --set=ON_ERROR_STOP=1 \
  --set=weerklank="$(password database-url)" --set=prefect="$(password prefect-database-url)" <<'SQL'
CREATE ROLE weerklank LOGIN PASSWORD :'weerklank';
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE weerklank OWNER weerklank;
CREATE DATABASE prefect OWNER prefect;
SQL
