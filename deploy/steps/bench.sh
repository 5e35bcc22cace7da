#!/bin/sh
# bench NAME [--json]: one benchmark against a lab of its own. With --json, standard output is exactly one JSON object.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

[ $# -ge 1 ] || fail "which benchmark? ./remotechain bench --help lists them"
lab=bench-$$
# Faults on a host's cable hit every session there: the campaign runs on several hosts side by side, and through two sites. Before a machine it needs the
# user's seat only.
case "$*" in blame*"--far echo"*) hosts=2 ;; blame*) hosts='6 --sites' ;; cuts* | six*) hosts='2 --sites' ;; *) hosts=2 ;; esac
# Six layers are opened twice: with both sites on the same addresses, and with a range for each.
case $1 in six) labs="$lab $lab-plain" ;; *) labs=$lab ;; esac
exec 3>&1 1>&2

running=
leave() {
    status=$?
    trap '' INT TERM HUP
    trap - EXIT
    # It and its nodes are a group of their own; the hosts stay until all of it has ended.
    if [ -n "$running" ]; then
        kill -TERM "-$running" 2> /dev/null && wait "$running" || :
        for tenth in $(seq 100); do kill -0 "-$running" 2> /dev/null || break; sleep 0.1; done
        kill -KILL "-$running" 2> /dev/null || :
    fi
    for lab in $labs; do [ ! -d "/run/remotechain-lab/$lab" ] || as_root sh "$ROOT/deploy/steps/lab.sh" down --name "$lab"; done
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

# The emulated machine needs no hosts, and others of its kind instead.
case $1 in machine*) hosts= ;; esac
case $1 in
    machine | machine-qemu-tests) install_packages run test rival ;;
    *) install_packages run lab test ;;
esac
build bench tests/Benchmarks/RemoteChain.Benchmarks.csproj src tests/Benchmarks tests/Harness tests/Emulator.Tests
for word; do case $word in -h | --help | help) "$BENCHMARKS" --help 1>&3; exit 0 ;; esac; done
"$BENCHMARKS" "$1" --knows || exit
if [ -z "$hosts" ]; then
    :
elif may_root; then
    as_root sh "$ROOT/deploy/steps/lab.sh" up --name "$lab" --hosts $hosts
    [ "$labs" = "$lab" ] || as_root sh "$ROOT/deploy/steps/lab.sh" up --name "$lab-plain" --hosts $hosts --plain-lan
    REMOTECHAIN_LAB=/run/remotechain-lab/$lab/lab.json
    REMOTECHAIN_LAB_PLAIN=/run/remotechain-lab/$lab-plain/lab.json
    export REMOTECHAIN_LAB REMOTECHAIN_LAB_PLAIN
else
    say "no root here: benchmarks that need real hosts will say so"
fi
# In the background, because the shell hears no signal while it waits for a command in front.
setsid "$BENCHMARKS" "$@" < /dev/null 1>&3 &
running=$!
wait "$running" && status=0 || status=$?
running=
exit "$status"
