# The router of a site: ways in for those who may. Sourced by host.sh, which has made the place.
#   wg.key, wg.peers               a WireGuard server
#   ca.crt, server.crt, server.key OpenVPN servers, UDP and TCP
# and always sshd, a SOCKS5 proxy and an HTTP proxy, all with passwords of their own.

readonly ROUTER=/run/lab/router

# While /run is still the machine's: what this router may know of itself.
take_router_files() {
    mkdir -m 700 run/lab/router
    for file in names outer lan jump.pub ssh_host_key wg.key wg.peers ca.crt server.crt server.key tls-crypt.key; do
        [ ! -e "$state/$file" ] || cp "$state/$file" run/lab/router/
    done
    chmod 644 run/lab/router/names
}

await() {   # PROGRAM… until it says yes
    tries=250
    until "$@" > /dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { echo "not within 5 s: $*" >&2; exit 1; }
        sleep 0.02
    done
}

has_address() { ip -4 -o address show dev "$1" | grep -q inet; }

start_wireguard() {
    LOG_LEVEL=error serve wireguard-go -f wg0
    await test -S /run/wireguard/wg0.sock
    { printf '[Interface]\nListenPort = 51820\nPrivateKey = %s\n' "$(cat $ROUTER/wg.key)"; cat $ROUTER/wg.peers; } | wg setconf wg0 /dev/stdin
    ip address add 10.91.0.1/24 dev wg0
    ip link set wg0 mtu 1420 up
    dns_addresses=10.91.0.1
}

# A client notices a dead link three to four seconds after the last ping (OpenVPN counts whole seconds).
start_openvpn() {   # PROTOCOL NETWORK
    cat > $ROUTER/openvpn-$1.conf <<EOF
dev tun-$1
dev-type tun
proto $1
local $(cat $ROUTER/outer)
port 1194
topology subnet
server $2.0 255.255.255.0
ca $ROUTER/ca.crt
cert $ROUTER/server.crt
key $ROUTER/server.key
tls-crypt $ROUTER/tls-crypt.key
dh none
remote-cert-tls client
data-ciphers AES-256-GCM:CHACHA20-POLY1305
ping 1
ping-restart 6
push "ping 1"
push "ping-restart 3"
push "route $(cat $ROUTER/lan).0 255.255.255.0"
push "dhcp-option DNS $2.1"
push "dhcp-option DOMAIN east.lab"
writepid /run/openvpn-$1.pid
verb 3
EOF
    serve openvpn --config $ROUTER/openvpn-$1.conf --log /var/log/openvpn-$1.log
}

start_openvpns() {
    start_openvpn udp 10.92.0
    start_openvpn tcp 10.93.0
    await has_address tun-udp
    await has_address tun-tcp
    dns_addresses="10.92.0.1 10.93.0.1"
}

# Names of the site, for those inside its tunnels.
start_names() {
    # dnsmasq reads the names as nobody, and only once; keys beside them are root's.
    chmod 755 $ROUTER
    serve dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --addn-hosts=$ROUTER/names \
        --user=nobody --group=nogroup --pid-file= --bind-interfaces --except-interface=lo --local="/$name.lab/" \
        $(for address in $dns_addresses; do printf '%s ' "--listen-address=$address"; done)
}

start_socks() {
    cat > $ROUTER/danted.conf <<EOF
logoutput: /var/log/danted.log
internal: 0.0.0.0 port = 1080
external: lan
external: eth0
external.rotation: route
socksmethod: username
clientmethod: none
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect }
EOF
    serve danted -f $ROUTER/danted.conf
}

start_http_proxy() {
    cat > $ROUTER/tinyproxy.conf <<EOF
User nobody
Group nogroup
Port 3128
Timeout 86400
MaxClients 200
DisableViaHeader Yes
LogFile "/var/log/tinyproxy.log"
LogLevel Error
BasicAuth visitor $(sed -n 's/^visitor //p' /run/lab/users)
EOF
    install -m 666 /dev/null /var/log/tinyproxy.log
    serve tinyproxy -d -c $ROUTER/tinyproxy.conf
}

# Forwards and nothing else.
start_sshd() {
    mkdir -m 755 /run/sshd $ROUTER/authorized
    cp $ROUTER/jump.pub $ROUTER/authorized/jump
    chmod 644 $ROUTER/authorized/jump
    cat > $ROUTER/sshd_config <<EOF
Port 22
HostKey $ROUTER/ssh_host_key
PidFile /run/sshd.pid
AuthorizedKeysFile $ROUTER/authorized/%u
AllowUsers jump guest
UsePAM no
KbdInteractiveAuthentication no
PasswordAuthentication yes
AllowTcpForwarding local
AllowStreamLocalForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTTY no
PermitTunnel no
UseDNS no
MaxStartups 100
ForceCommand echo This account only forwards.
Match User jump
    PasswordAuthentication no
EOF
    serve /usr/sbin/sshd -D -f $ROUTER/sshd_config -E /var/log/sshd.log
}

# sshd last: its port says that the router is up.
start_router() {
    umask 077
    dns_addresses=
    [ ! -e $ROUTER/wg.key ] || start_wireguard
    [ ! -e $ROUTER/server.key ] || start_openvpns
    umask 022
    start_names
    start_socks
    start_http_proxy
    start_sshd
}
