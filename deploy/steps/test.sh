#!/bin/sh
# test [FILTER]: installs, builds, starts a lab of its own, runs every test project, adds up what they say.
# FILTER: only tests whose full name (namespace, class, method) contains it.
# The last line is "N passed, N failed, N skipped". A test project that ends without results counts as one failure.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

results=$ROOT/artifacts/test-results
lab=test-$$
passed=0 failed=0 skipped=0
filter=${1:-} running=

leave() {
    status=$?
    trap '' INT TERM HUP
    trap - EXIT
    for pid in $running; do kill -TERM "-$pid" 2> /dev/null || :; done
    for pid in $running; do wait "$pid" || :; done
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

# run_lanes LANE…: lanes side by side; a lane is a list of projects that run one after the other. A lane is a group of processes of its own, so that all of
# it can be ended.
run_lanes() {
    for lane; do
        setsid sh "$ROOT/deploy/steps/test-lane.sh" "$results" "$filter" $lane < /dev/null &
        running="$running $!"
    done
    for pid in $running; do wait "$pid" || :; done
    running=
}

# Adds up what the projects said.
count() {
    for name; do
        file=$results/$name.trx
        status=$(cat "$results/$name.status" 2> /dev/null || echo unknown)
        if [ ! -s "$file" ]; then
            # A project without a single test leaves no file and no error.
            [ "$status" = 0 ] || { say "$name ended without results (status $status)"; failed=$((failed + 1)); }
            continue
        fi
        total=$(counter "$file" total)
        ran_well=$(counter "$file" passed)
        ran_badly=$(($(counter "$file" failed) + $(counter "$file" error) + $(counter "$file" timeout) + $(counter "$file" aborted)))
        passed=$((passed + ran_well))
        failed=$((failed + ran_badly))
        skipped=$((skipped + total - ran_well - ran_badly))
        # A run that broke off after good tests (a crashed process, the time limit) is not a good run.
        if [ "$status" != 0 ] && [ "$ran_badly" -eq 0 ]; then
            say "$name broke off (status $status)"
            failed=$((failed + 1))
        fi
        if [ "$total" -gt $((ran_well + ran_badly)) ]; then
            echo "Skipped in $name:"
            skipped_tests "$file"
        fi
    done
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

# What waits for hosts and browsers most of the time runs side by side; what measures time or fills the processors runs alone.
browsers="BrowserClient.EndToEnd Portal.EndToEnd"
clients="EndToEnd Hops.EndToEnd Sharing.EndToEnd Machines.EndToEnd"
alone= all=
for project in "$ROOT"/tests/*/*.csproj; do
    grep -q '<IsTestProject>true' "$project" || continue
    folder=$(basename "$(dirname "$project")")
    all="$all $(basename "$project" .csproj)"
    case " $browsers $clients " in *" $folder "*) ;; *) alone="$alone $folder" ;; esac
done
run_lanes "$alone"
run_lanes "$browsers" "$clients"
count $all
