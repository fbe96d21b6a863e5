#!/bin/sh
# A backup that was read to be believed; those older than KEEP_DAYS (30) go only after a new one has proved good.
set -eu
folder=$1
[ ! -e "$DOUDI_AUDIT_FILE" ] || cp "$DOUDI_AUDIT_FILE" "$folder/"  # before, so that the backup has all that it names
made=$(/opt/doudi/.venv/bin/doudi backup create "$folder")
/opt/doudi/.venv/bin/doudi backup verify "$made"
find "$folder" -maxdepth 1 -name 'doudi-*.backup' -mtime "+${KEEP_DAYS:-30}" -delete
