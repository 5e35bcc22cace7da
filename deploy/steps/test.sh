#!/bin/sh
# test [FILTER]: installs, builds, starts a lab of its own, runs every test project one after the other, adds up what they say.
# FILTER: only tests whose full name (namespace, class, method) contains it.
# The last line is "N passed, N failed, N skipped". A test project that ends without results counts as one failure.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

readonly PROJECT_SECONDS_MAX=600
results=$ROOT/artifacts/test-results
lab=test-$$
passed=0 failed=0 skipped=0
filter=${1:-} running=

leave() {
    status=$?
    trap '' INT TERM HUP
    trap - EXIT
    if [ -n "$running" ]; then kill -TERM "$running" 2> /dev/null || true; wait "$running" || true; fi
    [ ! -d "/run/remotechain-lab/$lab" ] || as_root sh "$ROOT/deploy/steps/lab.sh" down --name "$lab"
    if [ "$status" -eq 0 ] && { [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ]; }; then status=1; fi
    # Set-up that failed is a failure too: whoever reads only the last line must not take it for a pass.
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    echo "$passed passed, $failed failed, $skipped skipped"
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

start_lab() {
    if ! may_root; then
        say "no root here: tests that need real hosts will be skipped"
        return
    fi
    as_root sh "$ROOT/deploy/steps/lab.sh" up --name "$lab" --hosts 3 --sites
    REMOTECHAIN_LAB=/run/remotechain-lab/$lab/lab.json
    export REMOTECHAIN_LAB
}

# One attribute of the <Counters> element of a results file.
counter() { value=$(sed -n "s/.*<Counters.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1); echo "${value:-0}"; }

# "name: reason" of every skipped test.
skipped_tests() {
    awk '
        /<UnitTestResult / { name = ""; if ($0 ~ /outcome="NotExecuted"/) { name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name) } }
        name != "" && /<Message>/ {
            reason = $0
            sub(/.*<Message>/, "", reason); sub(/<\/Message>.*/, "", reason)
            gsub(/&lt;/, "<", reason); gsub(/&gt;/, ">", reason); gsub(/&quot;/, "\"", reason); gsub(/&amp;/, "\\&", reason)
            print "  " name ": " reason
            name = ""
        }' "$1"
}

run_project() {
    project=$1
    name=$(basename "$project" .csproj)
    file=$results/$name.trx
    say "testing $name"
    status=0
    began=$(date +%s)
    # In the background, because a shell that waits for it hears Ctrl+C at once; with the signals that a background job has lost.
    env --default-signal=INT,QUIT timeout --kill-after=20 "$PROJECT_SECONDS_MAX" \
        "$DOTNET_ROOT/dotnet" test "$project" -c Release --no-build --nologo --results-directory "$results" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
        ${filter:+--filter "FullyQualifiedName~$filter"} < /dev/null &
    running=$!
    wait "$running" || status=$?
    running=
    if [ ! -s "$file" ]; then
        # A project without a single test leaves no file and no error.
        [ "$status" -eq 0 ] || { say "$name ended without results (status $status)"; failed=$((failed + 1)); }
        return
    fi
    say "$name took $(($(date +%s) - began)) s"
    total=$(counter "$file" total)
    ran_well=$(counter "$file" passed)
    ran_badly=$(($(counter "$file" failed) + $(counter "$file" error) + $(counter "$file" timeout) + $(counter "$file" aborted)))
    passed=$((passed + ran_well))
    failed=$((failed + ran_badly))
    skipped=$((skipped + total - ran_well - ran_badly))
    # A run that broke off after good tests (a crashed process, the time limit) is not a good run.
    if [ "$status" -ne 0 ] && [ "$ran_badly" -eq 0 ]; then
        say "$name broke off (status $status)"
        failed=$((failed + 1))
    fi
    if [ "$total" -gt $((ran_well + ran_badly)) ]; then
        echo "Skipped in $name:"
        skipped_tests "$file"
    fi
}

install_packages run lab test
build_all
# Without it the boot of an emulated machine is skipped and says so.
REMOTECHAIN_GUESTS=$(sh "$ROOT/deploy/steps/guests.sh") || say "no kernel for emulated machines here"
export REMOTECHAIN_GUESTS
# Likewise what firmware starts.
for template in memtest grub-rescue; do sh "$ROOT/deploy/steps/template.sh" "$template" || say "no $template here"; done
start_lab
rm -rf "$results"
mkdir -p "$results"
for project in "$ROOT"/tests/*/*.csproj; do
    if grep -q '<IsTestProject>true' "$project"; then run_project "$project"; fi
done
