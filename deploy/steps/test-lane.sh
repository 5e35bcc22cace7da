#!/bin/sh
# test-lane RESULTS FILTER FOLDER…: runs the test projects in these folders of tests/ one after the other; a part of test.sh. For each it leaves a results
# file and the exit status in RESULTS, and prints what was said when it has ended, so that lanes side by side stay readable.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"

readonly PROJECT_SECONDS_MAX=600
results=$1 filter=$2 running=
shift 2
# `timeout` has a group of its own and passes on what it is told; in the background, because a shell that waits hears a signal at once.
trap '[ -z "$running" ] || { kill -TERM "$running"; wait "$running" || :; }; exit 143' TERM
for folder; do
    project=$(echo "$ROOT/tests/$folder"/*.csproj)
    name=$(basename "$project" .csproj)
    said=$results/$name.said
    say "testing $name"
    status=0
    began=$(date +%s)
    # With the signals that a background job has lost.
    env --default-signal=INT,QUIT timeout --kill-after=20 "$PROJECT_SECONDS_MAX" \
        "$DOTNET_ROOT/dotnet" test "$project" -c Release --no-build --nologo --results-directory "$results" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
        ${filter:+--filter "FullyQualifiedName~$filter"} > "$said" 2>&1 &
    running=$!
    wait "$running" || status=$?
    running=
    echo "$status" > "$results/$name.status"
    cat "$said"
    say "$name took $(($(date +%s) - began)) s"
done
