#!/bin/sh
# backup.sh FOLDER [CONNINFO [SCHEMA...]]: a dump of each schema, named by the instant, into FOLDER.
#
# All of them are of one snapshot, held open meanwhile.  Services follow each other in a circle, so
# no order of dumps of their own would do: a listener dumped later than its source has applied events
# that the restored source does not know, and whose numbers it will give to others.
set -eu

folder=${1:?usage: backup.sh FOLDER [CONNINFO [SCHEMA...]]}
conninfo=${2:-dbname=afterline}
if [ $# -gt 2 ]; then shift 2; else set -- reporting complaints returns dispatch intake gateway; fi
instant=$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$folder"

# The session that holds the snapshot ends with this script, which is all it listens to.
session=$(mktemp -d)
trap 'rm -rf "$session"' EXIT
mkfifo "$session/asked" "$session/said"
psql -XAtq --dbname="$conninfo" <"$session/asked" >"$session/said" &
exec 3>"$session/asked" 4<"$session/said"
cat >&3 <<'END'
set idle_in_transaction_session_timeout = 0;
begin isolation level repeatable read read only;
select pg_export_snapshot();
END
read -r snapshot <&4

for schema; do
    pg_dump --format=custom --schema="$schema" --snapshot="$snapshot" --dbname="$conninfo" \
        --file="$folder/$instant-$schema.part"
    mv "$folder/$instant-$schema.part" "$folder/$instant-$schema.dump"
    echo "$folder/$instant-$schema.dump"
done
