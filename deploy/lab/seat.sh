#!/bin/sh
# Holds the network namespace in which a user's client sits, until it is killed.
#   seat.sh STATE_DIR
set -eu
echo $$ > "$1/pid"
# One process that waits, whose command line says which lab it belongs to.
exec tail -f "$1/pid"
