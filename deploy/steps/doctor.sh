#!/bin/sh
# doctor [--json]: what is installed, what is missing, and what that disables. Changes nothing.
# Exit status: 0 a node can run and be confined; 1 it cannot.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

json=no
case ${1:-} in '') ;; --json) json=yes ;; *) fail "usage: remotechain doctor [--json]" ;; esac
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

# Rows: NAME, ok|missing, NEED (node = without it no node), what was found, what its absence disables. Separated by |.
row() { printf '%s|%s|%s|%s|%s\n' "$1" "$2" "$3" "$4" "$5" >> "$rows"; }
works() { "$@" > /dev/null 2>&1 < /dev/null; }
version_of() { dpkg-query -W -f='${Version}' "$1" 2> /dev/null || true; }

check_packages() {   # NAME GROUP NEED DISABLES
    missing=$(missing_packages "$2" | while read -r _ names; do echo "${names%%|*}"; done | paste -sd' ' -)
    if [ -z "$missing" ]; then row "$1" ok "$3" "all installed" "$4"; else row "$1" missing "$3" "not installed: $missing" "$4"; fi
}

check_library() {   # NAME PACKAGE NEED DISABLES
    version=$(version_of "$2")
    if [ -n "$version" ]; then row "$1" ok "$3" "$version" "$4"; else row "$1" missing "$3" "package $2 is not installed" "$4"; fi
}

check_trial() {   # NAME NEED FOUND NOT_FOUND DISABLES COMMAND…
    name=$1 need=$2 found=$3 absent=$4 disables=$5
    shift 5
    if works "$@"; then row "$name" ok "$need" "$found" "$disables"; else row "$name" missing "$need" "$absent" "$disables"; fi
}

# The same confinement that workers get, around nothing.
try_sandbox() { have bwrap && bwrap --unshare-all --cap-drop ALL --uid 65534 --gid 65534 --ro-bind / / --proc /proc --dev /dev true; }
try_lab_namespaces() { may_root && as_root unshare --mount --net --pid --uts --ipc --fork true; }
try_tunnels() { have ip && have setpriv && have wg && have wireguard-go && have openvpn && [ -e /dev/net/tun ]; }
try_legacy_digest() { printf x | openssl dgst -md4 -provider legacy -provider default; }

# Version 2: systemd has delegated our own group. Version 1: root may make groups.
try_control_groups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
        [ -w "$own/cgroup.procs" ] && [ -w "$own/cgroup.subtree_control" ]
    else
        [ -w /sys/fs/cgroup/memory/cgroup.procs ]
    fi
}

sandbox_problem() {
    if ! have bwrap; then echo "bubblewrap is not installed"
    elif [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2> /dev/null)" = 1 ] && ! is_root; then
        echo "AppArmor refuses user namespaces to bwrap (sysctl kernel.apparmor_restrict_unprivileged_userns)"
    elif [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2> /dev/null)" = 0 ] && ! is_root; then
        echo "user namespaces are off (sysctl kernel.unprivileged_userns_clone)"
    else echo "bwrap fails: $(try_sandbox 2>&1 < /dev/null | head -n 1)"; fi
}

row system ok none "$(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r), $(nproc) processors" ""
if find_dotnet; then
    row ".NET 10 SDK" ok node "$(dotnet --version 2> /dev/null) in $DOTNET_ROOT" "everything: nothing can be built"
else
    row ".NET 10 SDK" missing node "no SDK 10 found" "everything: nothing can be built"
fi
check_library "FreeRDP 3 core" libfreerdp3-3 node "every desktop and every RDP client"
check_library "FreeRDP 3 client" libfreerdp-client3-3 node "sessions to RDP hosts"
check_library "FreeRDP 3 server" libfreerdp-server3-3 node "the RDP front door"
check_library "SQLite" libsqlite3-0 node "the store"
check_trial "sandbox" node "bwrap $(version_of bubblewrap), own user, network, process and mount namespaces" "$(try_sandbox > /dev/null 2>&1 || sandbox_problem)" \
    "confined workers: the node starts only with --unsafe-no-sandbox" try_sandbox
check_trial "tunnels" none "ip, setpriv, $(for program in wireguard-go wg openvpn; do have "$program" && printf '%s ' "$program"; done)" \
    "iproute2, util-linux, wireguard-go, wireguard-tools or openvpn is missing" "chains with a vpn layer" try_tunnels
check_trial "control groups" none "workers get bounds of memory, processor and threads" "not writable here (systemd: Delegate=yes)" \
    "the kernel's bounds on workers; their own limits stay" try_control_groups
check_trial "NTLM" none "MD4 from OpenSSL's legacy provider" "OpenSSL has no legacy provider" "the lab's shadow host; NLA with NTLM" try_legacy_digest
check_trial "root" none "$(if is_root; then echo yes; else echo "through sudo"; fi)" "neither root nor sudo without a password" \
    "installing packages, the lab" may_root
check_trial "lab namespaces" none "mount, network, process, host name, IPC" "unshare is not allowed here" "./remotechain lab and tests with real hosts" try_lab_namespaces
check_packages "node packages" run node "./remotechain up"
check_packages "lab packages" lab none "./remotechain lab (xrdp, FreeRDP shadow server)"
check_packages "test packages" test none "layout tests (compiler, FreeRDP headers), tests with ordinary clients"

if [ "$json" = yes ]; then
    awk -F'|' '
        function quoted(text) { gsub(/[\\"]/, "\\\\&", text); gsub(/[\t\r]/, " ", text); return "\"" text "\"" }
        BEGIN { print "{\"checks\":[" }
        {
            printf "%s  {\"name\":%s,\"state\":%s,\"neededBy\":%s,\"found\":%s,\"disables\":%s}", separator, quoted($1), quoted($2), quoted($3), quoted($4), quoted($2 == "ok" ? "" : $5)
            separator = ",\n"
            if ($2 != "ok" && $3 == "node") bad = 1
        }
        END { printf "\n],\"canRun\":%s}\n", bad ? "false" : "true" }' "$rows"
else
    awk -F'|' '
        $2 == "ok" { printf "  ok       %-17s %s\n", $1, $4 }
        $2 != "ok" { printf "  missing  %-17s %s\n           %-17s without it: %s\n", $1, $4, "", $5 }' "$rows"
fi
! grep -q '^[^|]*|missing|node|' "$rows"
