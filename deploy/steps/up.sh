#!/bin/sh
# up: one node on embedded defaults, in the foreground. With --lab also real hosts and a chain to one of them.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

readonly LAB=up

lab=no
set -- "$@" --end-of-arguments
while [ "$1" != --end-of-arguments ]; do
    case $1 in
        --lab) lab=yes ;;
        --unsafe-no-sandbox | --unsafe-plain-http | --lab-faults) set -- "$@" "$1" ;;
        --data | --http | --rdp)
            [ "$2" != --end-of-arguments ] || fail "$1 needs a value"
            set -- "$@" "$1" "$2"
            shift ;;
        *) fail "up does not know '$1'; ./remotechain help shows what it knows" ;;
    esac
    shift
done
shift

if [ "$lab" = no ]; then
    install_packages run
    build_node
    # What the chain `demo` ends in. Without it, it ends in a machine that needs no file.
    sh "$ROOT/deploy/steps/guests.sh" > /dev/null || say "no kernel for emulated machines here: the chain demo shows the echo desktop"
    exec "$NODE" node --demo "$@"
fi

install_packages run lab
build_node
may_root || fail "--lab makes network namespaces, which needs root: sudo ./remotechain up --lab"
lab_file=/run/remotechain-lab/$LAB/lab.json
node=
leave() {
    trap '' INT TERM HUP
    trap - EXIT
    if [ -n "$node" ]; then kill -TERM "$node" 2> /dev/null || true; wait "$node" 2> /dev/null || true; fi
    as_root sh "$ROOT/deploy/steps/lab.sh" down --name "$LAB"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP
as_root sh "$ROOT/deploy/steps/lab.sh" up --name "$LAB" --sites
"$NODE" node "$@" --lab "$lab_file" < /dev/null &
node=$!
status=0
wait "$node" || status=$?
node=
exit "$status"
