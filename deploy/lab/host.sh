#!/bin/sh
# Process 1 of one lab host. It is started in fresh mount, network, process, IPC and host-name namespaces, so everything that it
# mounts, writes or starts is gone when it ends.
#   host.sh STATE_DIR HOST_NAME KIND      (KIND: xrdp, shadow or router)
set -eu
umask 022

state=$1
name=$2
kind=$3
here=$(dirname "$0")
[ "$kind" != router ] || . "$here/router.sh"

readonly WIDTH=1024 HEIGHT=768     # of the shadow host's screen; an xrdp session has the size that its client asks for
readonly HOST_MEMORY=1g            # bounds what all files of this host may take

# The old /proc is still mounted: what it says about this shell is its number outside, by which the lab can end the host.
read -r outside _ < /proc/self/stat
echo "$outside" > "$state/pid"

user_names() { cut -d' ' -f1 "$state/users"; }

# Bind the file or folder $1 over $2, which must exist.
cover() { mount --bind "$1" "$2"; }

make_private_file_system() {
    mount --make-rprivate /
    root=$state/root
    mkdir -p "$root"
    mount -t tmpfs -o "mode=755,size=$HOST_MEMORY" lab "$root"
    cd "$root"
    mkdir -m 755 etc run run/lab run/xrdp home log
    mkdir -m 700 root
    mkdir -m 1777 tmp shm tmp/.X11-unix
    cp -R "$here"/programs "$here"/session.sh "$here"/desktop "$here"/xrdp "$state"/users run/lab/
    chmod 600 run/lab/users
    [ ! -e "$state/site.ovpn" ] || cp "$state/site.ovpn" run/lab/
    [ "$kind" != router ] || take_router_files
}

# The machine's system accounts (packages need them) plus this host's users; nobody else, and no password of the machine.
write_accounts() {
    getent passwd | awk -F: '$3 < 1000 || $3 == 65534' > etc/passwd
    getent group | awk -F: '$3 < 1000 || $3 == 65534' > etc/group
    sed 's/:.*/:*:19000:0:99999:7:::/' etc/passwd > etc/shadow
    chmod 640 etc/shadow
    hashes=$(cut -d' ' -f2 "$state/users" | openssl passwd -6 -stdin)
    uid=20000
    for user in $(user_names); do
        uid=$((uid + 1))
        hash=${hashes%%"
"*}
        hashes=${hashes#*"
"}
        echo "$user:x:$uid:$uid:$user:/home/$user:/bin/bash" >> etc/passwd
        echo "$user:x:$uid:" >> etc/group
        echo "$user:$hash:19000:0:99999:7:::" >> etc/shadow
        mkdir -m 700 "home/$user"
        mkdir -m 755 -p "home/$user/.config/openbox"
        cp run/lab/desktop/openbox.xml "home/$user/.config/openbox/rc.xml"
        cp run/lab/desktop/xdefaults "home/$user/.Xdefaults"
        chown -R "$uid:$uid" "home/$user"
    done
}

# The certificate lives with the lab, not with the host's run: a restarted host is the same host.
write_configuration() {
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" > etc/hosts
    [ ! -e "$state/names" ] || cat "$state/names" >> etc/hosts
    printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' > etc/nsswitch.conf
    : > etc/resolv.conf
    [ "$kind" != router ] || return 0
    if [ ! -s "$state/key.pem" ]; then
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$name" \
            -keyout "$state/key.pem" -out "$state/cert.pem" 2> /dev/null
    fi
    mkdir -m 755 etc/xrdp etc/xorg
    cp /etc/xrdp/km-* /etc/xrdp/xrdp_keyboard.ini etc/xrdp/
    # xrdp 0.10 has the graphics pipeline, and its codecs in a file of their own.
    [ ! -e /etc/xrdp/gfx.toml ] || cp /etc/xrdp/gfx.toml etc/xrdp/
    cp run/lab/xrdp/xrdp.ini run/lab/xrdp/sesman.ini "$state/cert.pem" "$state/key.pem" etc/xrdp/
    cp run/lab/xrdp/xorg.conf etc/xorg/
    cp run/lab/session.sh etc/xrdp/startwm.sh
    ln -s /bin/true etc/xrdp/reconnectwm.sh
    chmod 755 etc/xrdp/startwm.sh
}

cover_machine() {
    hostname "$name"
    for file in passwd group shadow hosts nsswitch.conf resolv.conf xrdp; do
        [ ! -e "/etc/$file" ] || [ ! -e "etc/$file" ] || cover "etc/$file" "/etc/$file"
    done
    if [ "$kind" != router ]; then
        cover etc/xorg /etc/X11/xrdp
        cover run/lab/xrdp/pam /etc/pam.d/xrdp-sesman
    fi
    cover home /home
    cover root /root
    cover log /var/log
    cover tmp /tmp
    cover run /run
    mount -t tmpfs -o mode=1777 shm /dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /dev/pts
    cover /dev/pts/ptmx /dev/ptmx
    mount -t proc proc /proc
    cd /
}

# The namespace is empty until the lab has put a cable in; servers are started after that, so that they listen on it.
wait_for_network() {
    ip link set lo up
    tries=200
    until ip -4 address show dev eth0 2> /dev/null | grep -q inet; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { echo "no network arrived within 4 s" >&2; exit 1; }
        sleep 0.02
    done
}

# One program of this host ends: the host ends, so that nobody talks to half of one.
serve() { ("$@" || true; echo "$1 ended" >&2; kill -TERM 1) & }

start_xrdp() {
    xrdp-keygen xrdp /etc/xrdp/rsakeys.ini > /dev/null
    serve xrdp-sesman --nodaemon
    serve xrdp --nodaemon
    [ ! -e /run/lab/site.ovpn ] || keep_tunnel &
}

# The way to another site that only this host has. It may come and go; the host stays.
keep_tunnel() {
    while :; do
        openvpn --config /run/lab/site.ovpn --log-append /var/log/openvpn.log || true
        sleep 1
    done
}

# NLA wants the NT hash (MS-NLMP 3.3.1: MD4 over the UTF-16 password) in a SAM file.
start_shadow() {
    sam=/run/lab/sam
    read -r user password < /run/lab/users
    hash=$(printf %s "$password" | iconv -t UTF-16LE | openssl dgst -md4 -provider legacy -provider default -r | cut -d' ' -f1)
    (umask 077 && echo "$user:::$hash:::" > "$sam")
    chown "$user:" "$sam"
    as="setpriv --reuid $user --regid $user --clear-groups --no-new-privs env HOME=/home/$user USER=$user DISPLAY=:10"
    serve $as Xvfb :10 -screen 0 "${WIDTH}x${HEIGHT}x24" -nolisten tcp -noreset -dpi 96 +extension XTEST +extension DAMAGE
    tries=200
    until [ -S /tmp/.X11-unix/X10 ] || [ "$tries" -eq 0 ]; do tries=$((tries - 1)); sleep 0.02; done
    serve $as sh -c 'cd && exec /run/lab/session.sh'
    # The AVC codecs are left to those who want to measure them: in software they cost a core.
    serve $as freerdp-shadow-cli3 /port:3389 "/sam-file:$sam" /log-level:WARN -gfx-avc420 -gfx-avc444
}

trap 'exit 1' TERM INT
make_private_file_system
write_accounts
write_configuration
cover_machine
wait_for_network
"start_$kind"
wait
