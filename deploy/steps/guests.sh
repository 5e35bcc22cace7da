#!/bin/sh
# guests: fetches what emulated machines start from, out of the distribution's i386 archive, into a cache outside of the tree, and prints its
# folder. Nothing of it is installed, and the machine's own package lists stay as they are. A second call takes no network.
#
#   vmlinuz   the kernel of linux-image-686 (Debian 12 is the last that has one)
#   vmlinux   the ELF image that it holds, unpacked here, because unpacking it costs a guest minutes
#   busybox   the static one
#   debian-shell.cpio   the first file system of the template debian-shell: that busybox and an init that shows a shell on the screen
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"

readonly SUITE=bookworm KEY=/usr/share/keyrings/debian-archive-keyring.gpg
cache=${REMOTECHAIN_GUESTS:-${XDG_CACHE_HOME:-$HOME/.cache}/remotechain/guests}

number() { od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# Where the compressed image lies in a bzImage: setup sectors, then payload_offset and payload_length (x86/boot.rst). Its last four bytes are
# the length that comes out, which is no part of the XZ stream.
unpack_kernel() {
    setup=$(number "$1" 497 1)
    offset=$(number "$1" 584 4)
    length=$(number "$1" 588 4)
    tail -c "+$(((setup + 1) * 512 + offset + 1))" "$1" | head -c "$((length - 4))" | xz -dc > "$2"
}

apt_i386() {
    tool=$1
    shift
    "$tool" -q -o APT::Architecture=i386 -o APT::Architectures=i386 -o Dir::State="$work/state" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$work/cache" -o Dir::Etc::sourcelist="$work/guests.sources" -o Dir::Etc::sourceparts=- \
        -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)" "$@"
}

fetch() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$cache"
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || fail "no Debian source found in /etc/apt: guests are made of its i386 packages"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$mirror" "$SUITE" "$KEY" > "$work/guests.sources"
    say "fetching a kernel and busybox for emulated machines into $cache"
    apt_i386 apt-get update >&2
    kernel=$(apt_i386 apt-cache depends linux-image-686 | sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
    [ -n "$kernel" ] || fail "the archive $mirror has no linux-image-686"
    (cd "$work" && apt_i386 apt-get download "$kernel" busybox-static >&2)
    for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/root"; done
    unpack_kernel "$work"/root/boot/vmlinuz-* "$work/vmlinux"
    cp "$work"/root/boot/vmlinuz-* "$cache/vmlinuz"
    cp "$work/root/bin/busybox" "$cache/busybox"
    mv "$work/vmlinux" "$cache/vmlinux"
}

# A shell on the screen and one on the serial port, each again when it ends. The busybox of the archive packs it: nothing else has to be there.
make_shell_files() {
    root=$(mktemp -d)
    trap 'rm -rf "$root" "${work:-$root}"' EXIT
    mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/root"
    cp "$cache/busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    cat > "$root/init" <<'END'
#!/bin/sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox --install -s /bin
export HOME=/root TERM=linux PATH=/bin
cd /root
hostname machine
(while :; do setsid sh -c 'exec sh -i < /dev/ttyS0 > /dev/ttyS0 2>&1'; sleep 1; done) &
printf '\nA Debian kernel in an emulated PC of this node. What is done here ends with it.\n\n' > /dev/tty1
while :; do setsid sh -c 'exec sh -i < /dev/tty1 > /dev/tty1 2>&1'; sleep 1; done
END
    chmod 755 "$root/init" "$root/bin/busybox"
    (cd "$root" && find . | "$cache/busybox" cpio -o -H newc -R 0:0 2> /dev/null) > "$cache/debian-shell.cpio.new"
    mv "$cache/debian-shell.cpio.new" "$cache/debian-shell.cpio"
}

for file in vmlinuz busybox vmlinux; do [ -s "$cache/$file" ] || { fetch; break; }; done
[ "$cache/debian-shell.cpio" -nt "$ROOT/deploy/steps/guests.sh" ] || make_shell_files
echo "$cache"
