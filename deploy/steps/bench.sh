#!/bin/sh
# bench NAME [--json]: one benchmark against a lab of its own. With --json, standard output is exactly one JSON object.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

[ $# -ge 1 ] || fail "which benchmark? ./remotechain bench NAME [--json]"
lab=bench-$$
# Faults on a host's cable hit every session there: the campaign runs on four hosts side by side.
case $1 in blame) hosts=4 ;; *) hosts=2 ;; esac
exec 3>&1 1>&2

leave() {
    status=$?
    trap '' INT TERM HUP
    trap - EXIT
    [ ! -d "/run/remotechain-lab/$lab" ] || as_root sh "$ROOT/deploy/steps/lab.sh" down --name "$lab"
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

install_packages run lab test
build bench tests/Benchmarks/RemoteChain.Benchmarks.csproj src tests/Benchmarks
if may_root; then
    as_root sh "$ROOT/deploy/steps/lab.sh" up --name "$lab" --hosts "$hosts"
    REMOTECHAIN_LAB=/run/remotechain-lab/$lab/lab.json
    export REMOTECHAIN_LAB
else
    say "no root here: benchmarks that need real hosts will say so"
fi
"$BENCHMARKS" "$@" < /dev/null 1>&3
