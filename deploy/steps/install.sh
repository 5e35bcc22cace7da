# install_packages GROUP…: what deploy/packages.list asks for and this machine lacks. Sourced after common.sh.
# It asks nothing. Where it may not install, it ends with the command that somebody else has to type.

BACKPORTS=/etc/apt/sources.list.d/remotechain-backports.sources
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

known() { apt-cache show --no-all-versions "$1" > /dev/null 2>&1; }

# Lines "FROM NAMES" of the wanted groups of which no name is installed.
missing_packages() {
    dpkg-query -W -f='${db:Status-Abbrev} ${Package} ${Provides}\n' 2> /dev/null | awk -v groups=" $* " '
        FILENAME == "-" {
            # A package may be what another one provides: npm comes with some builds of nodejs.
            if ($1 == "ii") for (i = 2; i <= NF; i++) { sub(",", "", $i); installed[$i] = 1 }
            next
        }
        /^#/ || !index(groups, " " $1 " ") { next }
        {
            count = split($3, names, "|")
            for (i = 1; i <= count; i++) if (names[i] in installed) next
            print $2, $3
        }' - "$ROOT/deploy/packages.list"
}

choose_name() {
    for name in $(echo "$1" | tr '|' ' '); do if known "$name"; then echo "$name"; return; fi; done
    echo "${1%%|*}"
}

# Debian 12 has FreeRDP 3 in backports. The mirror is the one that the machine's own Debian source names.
debian_mirror() {
    {
        sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources 2> /dev/null | tr ' ' '\n'
        sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null
    } | grep -E '/debian/?$' | head -n 1
}

add_backports() {
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || fail "no Debian source found in /etc/apt: FreeRDP 3 needs bookworm-backports, add it and run me again"
    say "FreeRDP 3 is in bookworm-backports: adding $BACKPORTS, with the mirror of this machine's own Debian source"
    printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: %s\n' "$mirror" "$KEYRING" |
        as_root tee "$BACKPORTS" > /dev/null
}

is_debian_12() { [ "$(. /etc/os-release && echo "$ID $VERSION_CODENAME")" = "debian bookworm" ]; }

# Quiet unless it goes wrong, and never a question.
apt_get() {
    log=$(mktemp)
    status=0
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" \
        < /dev/null > "$log" 2>&1 || status=$?
    [ "$status" -eq 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

install_packages() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    have apt-get || fail "this machine has no apt. Please install what deploy/packages.list calls: $*"
    names=$(echo "$missing" | while read -r _ names; do choose_name "$names"; done | paste -sd' ' -)
    if ! may_root; then
        say "some packages are missing and I may not install them. Please run:"
        if is_debian_12 && ! known libfreerdp3-3; then
            say "  echo 'deb $(debian_mirror) bookworm-backports main' | sudo tee ${BACKPORTS%.sources}.list && sudo apt-get update"
        fi
        fail "  sudo apt-get install --no-install-recommends $names"
    fi
    # Without lists nothing is known, with old ones downloads fail: refresh when something is unknown.
    for name in $names; do known "$name" || refresh=yes; done
    if [ "${refresh:-no}" = yes ]; then
        say "refreshing the package lists"
        apt_get update || fail "apt-get update failed"
    fi
    if is_debian_12 && echo "$missing" | grep -q '^freerdp3' && ! known libfreerdp3-3; then
        add_backports
        apt_get update || fail "apt-get update failed"
    fi
    names=$(echo "$missing" | while read -r _ names; do choose_name "$names"; done | paste -sd' ' -)
    say "installing: $names"
    # A server package would start its daemon for the whole machine: the lab starts its own.
    keep_services_down apt_get install --no-install-recommends $names || fail "apt-get install failed; what it said is above"
    disable_services $names
}

# Nor at the next start of the machine: what we install is started by us, or by somebody who says so.
disable_services() {
    have systemctl || return 0
    units=$(dpkg -L "$@" 2> /dev/null | sed -nE 's|^(/usr)?/lib/systemd/system/([^/@]+\.service)$|\2|p' | sort -u)
    # shellcheck disable=SC2086 # a list
    [ -z "$units" ] || as_root systemctl disable $units > /dev/null 2>&1 || true
}

# policy-rc.d is how Debian packages are told not to start what they bring (invoke-rc.d(8)). In a subshell: the trap is its own.
keep_services_down() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        trap 'exit 130' INT TERM HUP
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
        as_root chmod 755 "$policy"
    fi
    "$@"
)
