#!/bin/sh
# backup.sh FOLDER [CONNINFO]: a dump of each schema, named by the instant, into FOLDER.
#
# Each dump is consistent in itself.  The services need no common instant: a listener that is older
# than what it listens to catches up from the feed; one that is newer says so and stops, so restore
# all six from one run of this script, taken in the order below (listeners first).
set -eu

folder=${1:?usage: backup.sh FOLDER [CONNINFO]}
conninfo=${2:-dbname=afterline}
instant=$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$folder"

for schema in reporting complaints returns dispatch intake gateway; do
    pg_dump --format=custom --schema="$schema" --dbname="$conninfo" \
        --file="$folder/$instant-$schema.part"
    mv "$folder/$instant-$schema.part" "$folder/$instant-$schema.dump"
    echo "$folder/$instant-$schema.dump"
done
