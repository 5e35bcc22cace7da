#!/bin/sh
# lab up|down|status|run|shell|stop|start|cut|mend|new-key|old-key|seat: real RDP hosts, each in namespaces of its own. docs/lab.md explains the picture.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/lab-sites.sh"

readonly LABS=/run/remotechain-lab   # one folder per lab: addresses, process numbers, credentials (0600)
readonly RANGE=198.18                # 198.18.0.0/15 is reserved for tests of network devices (RFC 2544)
readonly RDP_PORT=3389
readonly READY_SECONDS=15

usage() {
    cat <<'END'
usage: remotechain lab up     [--name NAME] [--hosts N] [--users N]   start N xrdp hosts (2) and one shadow host
                              [--sites [--plain-lan]]           and two sites behind routers, on one address range or on two
       remotechain lab down   [--name NAME | --all]                   end it; nothing stays behind
       remotechain lab status [--name NAME] [--json]                  hosts, addresses, users, where the credentials are
       remotechain lab run    [--name NAME] HOST USER PROGRAM [ARG…]  start a program in USER's session: clock, scroll, video, slow, …
       remotechain lab shell  [--name NAME] HOST                      a root shell inside a host
       remotechain lab stop   [--name NAME] HOST                      cut the power of one host
       remotechain lab start  [--name NAME] HOST [--new-certificate]  and give it back
       remotechain lab cut    [--name NAME] HOST|SITE|backbone        cut a cable: nothing comes through, nobody is told
       remotechain lab mend   [--name NAME] HOST|SITE|backbone        and put it together again
       remotechain lab new-key [--name NAME] SITE wireguard|openvpn|ssh   the server has another key now
       remotechain lab old-key [--name NAME] SITE wireguard|openvpn|ssh   and its first one again
       remotechain lab seat   [--name NAME] PROGRAM [ARG…]            run a program, such as xfreerdp3, where users sit: a network of its own
END
}

# ---- what is running ----------------------------------------------------------------------------------------------------------

host_names() { [ -d "$lab/hosts" ] && ls "$lab/hosts"; }

# The number of a host's process 1, checked against its command line: a stale number must never hit a stranger.
host_process() {
    [ -s "$lab/hosts/$1/pid" ] || return 1
    read -r pid < "$lab/hosts/$1/pid"
    { tr '\0' ' ' < "/proc/$pid/cmdline" | grep -qF "host.sh $lab/hosts/$1 "; } 2> /dev/null || return 1
    echo "$pid"
}

listens() { grep -qi ":$(printf %04X "$2") 0*:0000 0A" "/proc/$1/net/tcp" "/proc/$1/net/tcp6" 2> /dev/null; }

host_state() {
    if pid=$(host_process "$1"); then
        if listens "$pid" "$(port_of "$1")"; then echo up; else echo starting; fi
    else
        echo down
    fi
}

interface_of() { [ ! -e "$lab/hosts/$1/index" ] || echo "rclab$(cat "$lab/network")h$(cat "$lab/hosts/$1/index")"; }
port_of() { if is_router "$1"; then echo "$SSH_PORT"; else echo "$RDP_PORT"; fi; }

# The end of a host's cable: 1 is the machine's, or the router's, 2 its own.
address_of() {
    if [ ! -e "$lab/hosts/$1/site" ]; then
        echo "$RANGE.$(cat "$lab/network").$(($(cat "$lab/hosts/$1/index") * 4 + $2))"
    elif [ "$2" = 2 ]; then
        cat "$lab/hosts/$1/address"
    else
        echo "$(lan_of "$(site_of "$1")").1"
    fi
}

# ---- one host -----------------------------------------------------------------------------------------------------------------

launch_host() {
    dir=$lab/hosts/$1
    rm -f "$dir/pid"
    # An empty environment: whatever the caller has in its own is none of the host's business.
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        setsid unshare --mount --net --pid --uts --ipc --fork --kill-child=KILL \
        sh "$ROOT/deploy/lab/host.sh" "$dir" "$1" "$(cat "$dir/kind")" < /dev/null > "$dir/log" 2>&1 &
}

connect_host() {
    tries=250
    until pid=$(host_process "$1"); do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "$1 did not start: $(tail -n 3 "$lab/hosts/$1/log")"
        sleep 0.02
    done
    if [ -n "$(site_of "$1")" ]; then connect_lan "$1"; return; fi
    ! is_router "$1" || prepare_router "$1" "$pid"
    interface=$(interface_of "$1")
    ip link delete "$interface" 2> /dev/null || true
    ip link add "$interface" type veth peer name eth0 netns "$pid"
    ip link set "$interface" addrgenmode none up
    ip address add "$(address_of "$1" 1)/30" dev "$interface"
    nsenter --target "$pid" --net sh -c "ip link set eth0 up && ip address add $(address_of "$1" 2)/30 dev eth0"
}

await_host() {
    tries=$((READY_SECONDS * 20))
    until [ "$(host_state "$1")" = up ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] && [ "$(host_state "$1")" != down ] ||
            { say "$1 did not come up: $(tail -n 5 "$lab/hosts/$1/log")"; return 1; }
        sleep 0.05
    done
}

# Ends a host and waits until its network is gone too: the kernel takes namespaces apart in its own time.
kill_host() {
    if pid=$(host_process "$1"); then
        kill -KILL "$pid"
        tries=250
        while [ -d "/proc/$pid" ] && [ "$tries" -gt 0 ]; do tries=$((tries - 1)); sleep 0.02; done
    fi
    if [ -e "$lab/network" ] && [ -e "$lab/hosts/$1/index" ]; then
        ip link delete "$(interface_of "$1")" 2> /dev/null || true
    fi
    rm -f "$lab/hosts/$1/pid"
}

# ---- the seat: where a user's client sits, with a cable of its own to the machine ----------------------------------------------

seat_process() {
    [ -s "$lab/seat/pid" ] || return 1
    read -r pid < "$lab/seat/pid"
    { tr '\0' ' ' < "/proc/$pid/cmdline" | grep -qF "tail -f $lab/seat/pid"; } 2> /dev/null || return 1
    echo "$pid"
}

seat_interface() { echo "rclab$(cat "$lab/network")s"; }
seat_address() { echo "$RANGE.$(cat "$lab/network").$((252 + $1))"; }

launch_seat() {
    mkdir -p "$lab/seat"
    setsid unshare --net sh "$ROOT/deploy/lab/seat.sh" "$lab/seat" > "$lab/seat/log" 2>&1 < /dev/null &
    tries=250
    until pid=$(seat_process); do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "the seat did not start: $(tail -n 3 "$lab/seat/log")"
        sleep 0.02
    done
    interface=$(seat_interface)
    ip link delete "$interface" 2> /dev/null || true
    ip link add "$interface" type veth peer name eth0 netns "$pid"
    ip link set "$interface" addrgenmode none up
    ip address add "$(seat_address 1)/30" dev "$interface"
    nsenter --target "$pid" --net sh -c "ip link set lo up && ip link set eth0 up && ip address add $(seat_address 2)/30 dev eth0"
}

kill_seat() {
    if pid=$(seat_process); then kill -KILL "$pid"; fi
    if [ -e "$lab/network" ]; then ip link delete "$(seat_interface)" 2> /dev/null || true; fi
}

# ---- the lab ------------------------------------------------------------------------------------------------------------------

# The first third octet that no interface and no lab uses. Called under the lock.
choose_network() {
    used=$(ip -o -4 address show; cat "$LABS"/*/network 2> /dev/null | sed "s/.*/$RANGE.&./")
    for number in $(seq 1 254); do
        case $used in *"$RANGE.$number."*) ;; *) echo "$number"; return ;; esac
    done
    fail "all of $RANGE.0.0/16 is in use: which labs are running? (ls $LABS)"
}

describe_host() {   # INDEX NAME KIND USER…
    dir=$lab/hosts/$2
    mkdir -p "$dir"
    echo "$1" > "$dir/index"
    echo "$3" > "$dir/kind"
    shift 3
    for user in "$@"; do
        echo "$user $(od -An -v -tx1 -N 12 /dev/urandom | tr -d ' \n')"
    done > "$dir/users"
}

describe_lab() {
    describe_host 0 desk-1 xrdp alice $(seq -f 'u%02.0f' 1 "$users")
    describe_host 1 desk-2 xrdp bob
    for number in $(seq 3 "$hosts"); do describe_host "$((number - 1))" "desk-$number" xrdp guest; done
    describe_host "$hosts" shadow-1 shadow carol
    [ "$sites" = no ] || describe_sites
}

write_credentials() {
    {
        echo '['
        for host in $(host_names); do
            sed -E "s/(.*) (.*)/  {\"host\":\"$host\",\"user\":\"\1\",\"password\":\"\2\"},/" "$lab/hosts/$host/users"
        done | sed '$ s/,$//'
        echo ']'
    } > "$lab/credentials.json"
}

json_of_host() {
    dir=$lab/hosts/$1
    security='["nla"]' graphics=true
    if [ "$(cat "$dir/kind")" = xrdp ]; then
        security='["tls","rdp"]'
        [ -e /etc/xrdp/gfx.toml ] || graphics=false   # the graphics pipeline came with xrdp 0.10
    fi
    printf '  {"name":"%s","kind":"%s","state":"%s","address":"%s","gateway":"%s","port":%s,"interface":"%s",' \
        "$1" "$(cat "$dir/kind")" "$(host_state "$1")" "$(address_of "$1" 2)" "$(address_of "$1" 1)" "$RDP_PORT" "$(interface_of "$1")"
    printf '"security":%s,"graphicsPipeline":%s,"users":[%s]}' \
        "$security" "$graphics" "$(cut -d' ' -f1 "$dir/users" | sed 's/.*/"&"/' | paste -sd, -)"
}

json_of_lab() {
    printf '{"name":"%s","state":"%s","credentials":"%s","hosts":[' "$name" "$(lab_state)" "$lab/credentials.json"
    separator=
    for host in $(host_names); do
        ! is_router "$host" && [ -z "$(site_of "$host")" ] || continue
        printf '%s\n' "$separator"
        json_of_host "$host"
        separator=,
    done
    printf '\n],"seat":{"address":"%s","gateway":"%s","interface":"%s"}' "$(seat_address 2)" "$(seat_address 1)" "$(seat_interface)"
    [ ! -d "$lab/sites" ] || json_of_sites
    echo '}'
}

lab_state() {
    states=$(for host in $(host_names); do host_state "$host"; done | sort -u)
    case $states in up) echo up ;; '' | down) echo down ;; *) echo partial ;; esac
}

lab_up() {
    if [ -d "$lab" ]; then
        if [ "$(lab_state)" = up ]; then say "lab $name is up already"; return; fi
        lab_down
    fi
    missing=
    for program in unshare nsenter setpriv flock ip openssl xrdp xrdp-sesman Xvfb freerdp-shadow-cli3 openbox xterm hsetroot \
            $([ "$sites" = no ] || echo "wireguard-go wg openvpn sshd ssh-keygen danted tinyproxy dnsmasq xfreerdp3"); do
        have "$program" || missing="$missing $program"
    done
    [ -z "$missing" ] || fail "the lab needs these programs first:$missing (./remotechain doctor says which packages)"
    umask 077
    mkdir -p "$LABS"
    chmod 755 "$LABS"
    (
        flock 9
        network=$(choose_network)
        mkdir "$lab"
        echo "$network" > "$lab/network"
        # A host that is down is unreachable. Without this, packets for it would leave the machine by the default route.
        ip route replace unreachable "$RANGE.$network.0/24"
    ) 9< "$LABS"
    trap 'lab_down' EXIT
    trap 'exit 130' INT TERM HUP
    describe_lab
    write_credentials
    for host in $(host_names); do launch_host "$host"; done
    # A router's name comes before those of its desktops.
    for host in $(host_names); do connect_host "$host"; done
    connect_backbone
    launch_seat
    for host in $(host_names); do await_host "$host" || exit 1; done
    json_of_lab > "$lab/lab.json"
    # Who called us through sudo owns what it may read.
    if [ -n "${SUDO_UID:-}" ]; then
        chown -R "$SUDO_UID:$SUDO_GID" "$lab/lab.json" "$lab/credentials.json" $([ ! -d "$lab/sites" ] || echo "$lab/sites")
        chown "$SUDO_UID:$SUDO_GID" "$lab"
    fi
    trap - EXIT INT TERM HUP
    say "lab $name is up: $(host_names | paste -sd' ' -)"
}

lab_down() {
    trap - EXIT
    [ -d "$lab" ] || { say "lab $name is not there"; return 0; }
    for host in $(host_names); do kill_host "$host"; done
    kill_seat
    [ ! -s "$lab/network" ] || ip route delete unreachable "$RANGE.$(cat "$lab/network").0/24" 2> /dev/null || true
    rm -rf "$lab"
    rmdir "$LABS" 2> /dev/null || true   # refused while another lab is there
    say "lab $name is down"
}

lab_status() {
    if [ ! -d "$lab" ]; then
        if [ "$json" = yes ]; then printf '{"name":"%s","state":"down","hosts":[]}\n' "$name"; else say "lab $name is down"; fi
        return 3
    fi
    if [ "$json" = yes ]; then json_of_lab; return; fi
    echo "lab $name: $(lab_state)"
    for host in $(host_names); do
        printf '  %-10s %-7s %-9s %s:%s   users: %s\n' "$host" "$(cat "$lab/hosts/$host/kind")" "$(host_state "$host")" \
            "$(address_of "$host" 2)" "$(port_of "$host")" "$(cut -d' ' -f1 "$lab/hosts/$host/users" | paste -sd' ' - | cut -c1-40)"
    done
    echo "credentials: $lab/credentials.json"
}

need_host() {
    [ -n "${1:-}" ] || { usage >&2; exit 2; }
    [ -d "$lab/hosts/$1" ] || fail "lab $name has no host $1 (it has: $(host_names | paste -sd' ' -))"
}

enter_host() {   # HOST COMMAND…
    pid=$(host_process "$1") || fail "$1 is down"
    shift
    exec nsenter --target "$pid" --mount --net --pid --uts --ipc --root --wd env -i \
        PATH=/run/lab/programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

lab_run() {
    need_host "${1:-}"
    [ $# -ge 3 ] || { usage >&2; exit 2; }
    host=$1 user=$2
    shift 2
    grep -q "^$user " "$lab/hosts/$host/users" || fail "$host has no user $user"
    enter_host "$host" HOME="/home/$user" USER="$user" setpriv --reuid "$user" --regid "$user" --clear-groups sh -c '
        cd && [ -r .lab-session ] || { echo "remotechain: $USER has no session here: sign in first" >&2; exit 1; }
        set -a && . ./.lab-session && set +a
        setsid "$@" < /dev/null > ".$(basename "$1").log" 2>&1 &' sh "$@"
}

[ $# -ge 1 ] || { usage; exit 2; }
verb=$1
shift
name=default hosts=2 users=50 json=no all=no new_certificate=no sites=no plain_lan=no
case $verb in run | seat) stop_at_words=yes ;; *) stop_at_words=no ;; esac
positional= kind=
while [ $# -gt 0 ]; do
    case $1 in --name | --hosts | --users) [ $# -ge 2 ] || fail "$1 needs a value" ;; esac
    case $1 in
        --name) name=$2; shift ;;
        --hosts) hosts=$2; shift ;;
        --users) users=$2; shift ;;
        --json) json=yes ;;
        --all) all=yes ;;
        --new-certificate) new_certificate=yes ;;
        --sites) sites=yes ;;
        --plain-lan) plain_lan=yes ;;
        --help | -h) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
        *) [ "$stop_at_words" = no ] || break
           second=$positional positional=$1
           [ -z "$second" ] || { kind=$positional positional=$second; } ;;
    esac
    shift
done
case $name in '' | *[!a-z0-9-]*) fail "a lab's name is made of a-z, 0-9 and -" ;; esac
case $hosts$users in *[!0-9]*) fail "--hosts and --users are numbers" ;; esac
[ "$hosts" -ge 2 ] && [ "$hosts" -le 60 ] || fail "--hosts is 2 to 60"
[ "$users" -ge 1 ] && [ "$users" -le 99 ] || fail "--users is 1 to 99"
lab=$LABS/$name

case $verb in help | --help | -h) usage; exit 0 ;; esac
is_root || fail "the lab makes network namespaces and accounts of its own, which needs root: sudo ./remotechain lab $verb …"
case $verb in
    up) lab_up ;;
    down)
        if [ "$all" = yes ]; then
            for lab in "$LABS"/*/; do lab=${lab%/} name=$(basename "$lab"); [ ! -d "$lab" ] || lab_down; done
        else
            lab_down
        fi ;;
    status) lab_status ;;
    run) lab_run "$@" ;;
    seat)
        [ $# -ge 1 ] || { usage >&2; exit 2; }
        pid=$(seat_process) || fail "lab $name is down"
        exec nsenter --target "$pid" --net "$@" ;;
    shell) need_host "$positional"; enter_host "$positional" HOME=/root bash -l ;;
    stop) need_host "$positional"; kill_host "$positional" ;;
    start)
        need_host "$positional"
        [ "$(host_state "$positional")" = down ] || fail "$positional is up already"
        [ "$new_certificate" = no ] || rm -f "$lab/hosts/$positional/cert.pem" "$lab/hosts/$positional/key.pem"
        launch_host "$positional"
        connect_host "$positional"
        ! is_router "$positional" || connect_site "$positional"
        await_host "$positional" ;;
    cut) switch_cable down "$positional" ;;
    mend) switch_cable up "$positional" ;;
    new-key | old-key) change_key "${verb%-key}" "$positional" "$kind" ;;
    *) usage >&2; exit 2 ;;
esac
