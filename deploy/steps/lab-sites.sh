# Sites of a lab: a router with a cable to the machine, and a LAN with a desktop behind it. Sourced by lab.sh.
# docs/lab.md has the picture. A router is a host of kind `router`; a desktop of a site is a host with a file `site`.

readonly BACKBONE=198.19            # addresses of the cable between the routers; no machine ever sees them
readonly WIREGUARD_PORT=51820 OPENVPN_PORT=1194 SSH_PORT=22 SOCKS_PORT=1080 HTTP_PROXY_PORT=3128
readonly WIREGUARD_PEERS=4          # profiles of one server that may be in use at once

is_router() { [ "$(cat "$lab/hosts/$1/kind")" = router ]; }
site_of() { cat "$lab/hosts/$1/site" 2> /dev/null; }
site_names() { for host in $(host_names); do if is_router "$host"; then echo "$host"; fi; done; }
desktops_of() { for host in $(host_names); do if [ "$(site_of "$host")" = "$1" ]; then echo "$host"; fi; done; }
lan_of() { cat "$lab/hosts/$1/lan"; }                          # 192.168.1: the first three numbers
backbone_address() { echo "$BACKBONE.$(cat "$lab/network").$1"; }   # 1 west, 2 east, 10 west-desk's public address

# ---- what a site consists of --------------------------------------------------------------------------------------------------

describe_sites() {
    east_lan=192.168.1              # the same addresses on purpose
    [ "$plain_lan" = no ] || east_lan=192.168.2
    describe_site west 61 192.168.1 10 ann w01 w02 w03 w04
    describe_site east 62 "$east_lan" 20 eve e01 e02 e03 e04
    echo "$east_lan.10" > "$lab/hosts/east-desk/also"    # west-desk's address too: only the tunnel says which of the two is meant
    make_wireguard_keys
    make_openvpn_keys "$lab/hosts/east"
    make_openvpn_client_keys visitor west-desk
    write_openvpn_profiles
    write_desktop_vpn
}

describe_site() {   # NAME INDEX LAN DESKTOP_NUMBER DESKTOP_USER…
    site=$1
    describe_host "$2" "$site" router jump guest visitor
    dir=$lab/hosts/$site
    echo "$3" > "$dir/lan"
    echo "$3.$4 $site-desk.$site.lab $site-desk" > "$dir/names"
    echo "$3.1 router.$site.lab" >> "$dir/names"
    address_of "$site" 2 > "$dir/outer"
    ssh-keygen -q -t ed25519 -N '' -C "$site" -f "$dir/ssh_host_key"
    profiles=$lab/sites/$site
    mkdir -p "$profiles"
    ssh-keygen -q -t ed25519 -N '' -C "jump@$site" -f "$profiles/ssh-jump"
    mv "$profiles/ssh-jump.pub" "$dir/jump.pub"
    desktop=$lab/hosts/$site-desk address=$3.$4
    shift 4
    describe_host 0 "$site-desk" xrdp "$@"
    rm "$desktop/index"
    echo "$site" > "$desktop/site"
    echo "$address" > "$desktop/address"
}

# Server and clients know each other's public key and a shared one, as wg-quick(8) has them.
make_wireguard_keys() {
    dir=$lab/hosts/west
    wg genkey > "$dir/wg.key"
    : > "$dir/wg.peers"
    for number in $(seq 1 "$WIREGUARD_PEERS"); do
        key=$(wg genkey)
        shared=$(wg genpsk)
        public=$(echo "$key" | wg pubkey)
        printf '[Peer]\nPublicKey = %s\nPresharedKey = %s\nAllowedIPs = 10.91.0.1%s/32\n' "$public" "$shared" "$number" >> "$dir/wg.peers"
        cat > "$lab/sites/west/wireguard-$number.conf" <<EOF
[Interface]
PrivateKey = $key
Address = 10.91.0.1$number/32
DNS = 10.91.0.1, west.lab
MTU = 1420

[Peer]
PublicKey = $(wg pubkey < "$dir/wg.key")
PresharedKey = $shared
AllowedIPs = 10.91.0.0/24, $(lan_of west).0/24
Endpoint = $(address_of west 2):$WIREGUARD_PORT
PersistentKeepalive = 25
EOF
    done
}

sign() { openssl x509 -req -in "$1.csr" -CA "$2/ca.crt" -CAkey "$2/ca.key" -CAcreateserial -days 30 -extfile "$3" -out "$1.crt" 2> /dev/null; }
make_request() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr" 2> /dev/null; }

make_openvpn_keys() {   # FOLDER
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=east authority" \
        -keyout "$1/ca.key" -out "$1/ca.crt" 2> /dev/null
    printf 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n' > "$1/server.ext"
    make_request "$1/server" east-router
    sign "$1/server" "$1" "$1/server.ext"
}

# One for each client: a server ends the tunnel that a client had when the same one comes again, and gives it the same address.
make_openvpn_client_keys() {   # CLIENT…
    dir=$lab/hosts/east
    printf 'keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n' > "$dir/client.ext"
    for client in "$@"; do
        make_request "$dir/$client" "$client"
        sign "$dir/$client" "$dir" "$dir/client.ext"
    done
    openvpn --genkey tls-crypt "$dir/tls-crypt.key"
}

inline() { printf '<%s>\n' "$1"; sed -n '/^-----BEGIN/,/^-----END/p' "$2"; printf '</%s>\n' "$1"; }

openvpn_profile() {   # PROTOCOL CLIENT
    printf 'client\ndev tun\nproto %s\nremote %s %s\nnobind\npersist-tun\npersist-key\n' "$1" "$(address_of east 2)" "$OPENVPN_PORT"
    printf 'remote-cert-tls server\nverify-x509-name east-router name\ndata-ciphers AES-256-GCM:CHACHA20-POLY1305\nverb 3\n'
    inline ca "$lab/hosts/east/ca.crt"
    inline cert "$lab/hosts/east/$2.crt"
    inline key "$lab/hosts/east/$2.key"
    inline tls-crypt "$lab/hosts/east/tls-crypt.key"
}

write_openvpn_profiles() {
    openvpn_profile udp visitor > "$lab/sites/east/openvpn-udp.ovpn"
    openvpn_profile tcp visitor > "$lab/sites/east/openvpn-tcp.ovpn"
}

# The tunnel that only west-desk has. It starts at an address of its own, because both LANs may be the same and a router without
# address translation could not tell whom an answer is for. One route, longer than the LAN's, leads to the desktop on the other side.
write_desktop_vpn() {
    {
        openvpn_profile udp west-desk | sed '/^nobind/d'
        printf 'local %s\nlport 0\nresolv-retry infinite\nconnect-retry 1 1\n' "$(backbone_address 10)"
        printf 'pull-filter ignore "route "\npull-filter ignore dhcp-option\nroute %s\n' "$(cat "$lab/hosts/east-desk/address")"
    } > "$lab/hosts/west-desk/site.ovpn"
    sed 's/ .*/ east-desk.east.lab east-desk/; q' "$lab/hosts/east/names" > "$lab/hosts/west-desk/names"
}

# ---- cables -------------------------------------------------------------------------------------------------------------------

inside() { process=$1; shift; nsenter --target "$process" --net "$@"; }

# Before its cable comes, so that everything is there when the router starts its servers.
prepare_router() {   # NAME PROCESS
    # An address of its own: a bridge otherwise takes one of its cables', and neighbours would send to the wrong one.
    inside "$2" sh -eu -c "
        for name in all default; do echo 0 > /proc/sys/net/ipv4/conf/\$name/rp_filter; done
        echo 1 > /proc/sys/net/ipv4/ip_forward
        ip link set lo up
        ip link add lan address 02:00:5e:00:00:01 type bridge
        ip link set lan addrgenmode none up
        ip address add $(lan_of "$1").1/24 dev lan"
}

# A desktop's cable to its router. The machine never sees it.
connect_lan() {   # DESKTOP
    router=$(host_process "$(site_of "$1")") || fail "$(site_of "$1") is down: start it first"
    desktop=$(host_process "$1") || fail "$1 is down"
    ip link add name "$1" netns "$router" type veth peer name eth0 netns "$desktop"
    inside "$router" sh -eu -c "ip link set $1 addrgenmode none master lan up"
    inside "$desktop" sh -eu -c "
        ip link set lo up
        [ ! -e $lab/hosts/$1/site.ovpn ] || ip address replace $(backbone_address 10)/32 dev lo
        ip link set eth0 up
        ip address add $(cat "$lab/hosts/$1/address")/24 dev eth0
        [ ! -e $lab/hosts/$1/also ] || ip address add \$(cat $lab/hosts/$1/also)/24 dev eth0"
    lay_routes "$1"
}

# The cable between the routers, which stands for everything that lies between two sites.
connect_backbone() {
    west=$(host_process west) && east=$(host_process east) || return 0
    inside "$west" ip link delete backbone 2> /dev/null || true
    ip link add name backbone netns "$west" type veth peer name backbone netns "$east"
    inside "$west" sh -eu -c "ip address add $(backbone_address 1)/30 dev backbone; ip link set backbone up"
    inside "$east" sh -eu -c "ip address add $(backbone_address 2)/30 dev backbone; ip link set backbone up"
    lay_routes west
    lay_routes east
}

# Routes over gateways, which the kernel forgets when a cable is cut. Not the preferred metric: a longer way laid by `inject` wins.
lay_routes() {   # NAME
    pid=$(host_process "$1") || return 0
    case $1 in
        west)
            inside "$pid" ip route replace "$(backbone_address 10)/32" via "$(cat "$lab/hosts/west-desk/address")" metric 100 || true
            inside "$pid" ip route replace "$(address_of east 2)/32" via "$(backbone_address 2)" metric 100 2> /dev/null || true ;;
        east) inside "$pid" ip route replace "$(backbone_address 10)/32" via "$(backbone_address 1)" metric 100 2> /dev/null || true ;;
        *) inside "$pid" ip route replace default via "$(address_of "$1" 1)" metric 100 ;;
    esac
}

connect_site() {   # ROUTER: what else hangs on it
    for desktop in $(desktops_of "$1"); do if host_process "$desktop" > /dev/null; then connect_lan "$desktop"; fi; done
    connect_backbone
}

# A cut cable is silent: the far end's device goes down, so that whoever sends sees his packets vanish.
switch_cable() {   # down|up NAME
    if [ "$2" = backbone ]; then
        pid=$(host_process west) || fail "west is down"
        inside "$pid" ip link set backbone "$1"
        lay_routes west
        lay_routes east
        return
    fi
    need_host "$2"
    pid=$(host_process "$2") || fail "$2 is down"
    inside "$pid" ip link set eth0 "$1"
    if is_router "$2"; then inside "$pid" ip link set backbone "$1" 2> /dev/null || true; fi
    [ "$1" = up ] || return 0
    if is_router "$2"; then lay_routes west; lay_routes east; elif [ -n "$(site_of "$2")" ]; then lay_routes "$2"; fi
}

# ---- keys that change ---------------------------------------------------------------------------------------------------------

key_files() { case $1 in wireguard) echo wg.key ;; ssh) echo ssh_host_key ssh_host_key.pub ;; openvpn) echo ca.key ca.crt server.key server.crt ;; esac; }

change_key() {   # new|old SITE wireguard|ssh|openvpn
    need_host "${2:-}"
    case $3 in wireguard | openvpn | ssh) ;; *) usage >&2; exit 2 ;; esac
    dir=$lab/hosts/$2
    for file in $(key_files "$3") none; do [ -e "$dir/$file" ] || break; done
    [ "$file" = none ] && [ -n "$(key_files "$3")" ] || fail "$2 has no $3 server"
    for file in $(key_files "$3"); do
        [ -e "$dir/$file.first" ] || cp -p "$dir/$file" "$dir/$file.first"
        [ "$1" = new ] || cp -p "$dir/$file.first" "$dir/$file"
    done
    if [ "$1" = new ]; then
        case $3 in
            wireguard) wg genkey > "$dir/wg.key" ;;
            ssh) rm "$dir/ssh_host_key" "$dir/ssh_host_key.pub"; ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$dir/ssh_host_key" ;;
            openvpn) make_openvpn_keys "$dir" ;;
        esac
    fi
    json_of_lab > "$lab/lab.json"
    host_process "$2" > /dev/null || return 0
    give_keys "$2" "$3"
}

# Servers read their keys from files inside; WireGuard takes it while it runs, the others begin anew with their process kept.
give_keys() {   # SITE KIND
    case $2 in
        wireguard) (enter_host "$1" wg set wg0 private-key /dev/stdin < "$lab/hosts/$1/wg.key") ;;
        ssh) (enter_host "$1" sh -c 'cat > /run/lab/router/ssh_host_key && kill -HUP "$(cat /run/sshd.pid)"' < "$lab/hosts/$1/ssh_host_key") ;;
        openvpn)
            for file in ca.crt server.crt server.key; do
                (enter_host "$1" sh -c "cat > /run/lab/router/$file" < "$lab/hosts/$1/$file")
            done
            (enter_host "$1" sh -c 'kill -HUP $(cat /run/openvpn-udp.pid /run/openvpn-tcp.pid)') ;;
    esac
}

# ---- for programs -------------------------------------------------------------------------------------------------------------

json_of_site() {
    dir=$lab/hosts/$1
    printf '  {"name":"%s","state":"%s","address":"%s","gateway":"%s","interface":"%s","lan":"%s.0/24","router":"%s.1",' \
        "$1" "$(host_state "$1")" "$(address_of "$1" 2)" "$(address_of "$1" 1)" "$(interface_of "$1")" "$(lan_of "$1")" "$(lan_of "$1")"
    separator=
    printf '\n   "profiles":['
    for file in "$lab/sites/$1"/*.conf "$lab/sites/$1"/*.ovpn; do
        [ -e "$file" ] || continue
        kind=openvpn
        case $file in *.conf) kind=wireguard ;; esac
        printf '%s{"name":"%s","kind":"%s","file":"%s"}' "$separator" "$(basename "${file%.*}")" "$kind" "$file"
        separator=,
    done
    # shellcheck disable=SC2046 # three words
    set -- "$1" $(ssh-keygen -l -f "$dir/ssh_host_key.pub")
    printf '],\n   "dns":{"addresses":[%s],"names":{%s}},' \
        "$(if [ "$1" = west ]; then echo '"10.91.0.1"'; else echo '"10.92.0.1","10.93.0.1"'; fi)" \
        "$(sed -E 's/^([^ ]+) ([^ ]+).*/"\2":"\1"/' "$dir/names" | paste -sd, -)"
    printf '\n   "ssh":{"port":%s,"hostKey":"%s","fingerprint":"%s","keyUser":"jump","keyFile":"%s","passwordUser":"guest"},' \
        "$SSH_PORT" "$(cut -d' ' -f1,2 "$dir/ssh_host_key.pub")" "$3" "$lab/sites/$1/ssh-jump"
    printf '\n   "socks":{"port":%s,"user":"visitor"},"http":{"port":%s,"user":"visitor"},\n   "desktops":[' "$SOCKS_PORT" "$HTTP_PROXY_PORT"
    separator=
    for host in $(desktops_of "$1"); do
        printf '%s\n' "$separator"
        json_of_host "$host"
        separator=,
    done
    printf ']}'
}

# Cables that do not end at the machine: what each end sends over it, as `ip route` has it.
json_of_cables() {
    separator=
    for site in $(site_names); do
        for host in $(desktops_of "$site"); do
            also=
            [ "$host" != west-desk ] || also=",\"$(backbone_address 10)\""
            address=$(cat "$lab/hosts/$host/address") router=$(address_of "$host" 1)
            printf '%s\n  {"name":"%s","near":"%s","far":"%s","nearSends":["%s src %s"%s],' \
                "$separator" "$host" "$site" "$host" "$address" "$router" "$also"
            printf '"farSends":["%s src %s","0.0.0.0/1 src %s","128.0.0.0/1 src %s"]}' "$router" "$address" "$address" "$address"
            separator=,
        done
    done
    printf ',\n  {"name":"backbone","near":"west","far":"east","nearSends":["%s src %s"],"farSends":["%s src %s"]}' \
        "$(address_of east 2)" "$(backbone_address 1)" "$(backbone_address 10)" "$(address_of east 2)"
}

json_of_sites() {
    printf ',"sites":['
    outer=
    for site in $(site_names); do
        printf '%s\n' "$outer"
        json_of_site "$site"
        outer=,
    done
    printf '\n],"cables":['
    json_of_cables
    printf '\n]'
}
