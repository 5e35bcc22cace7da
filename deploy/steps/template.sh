#!/bin/sh
# template build NAME: fetches what a shipped template of emulated machines needs, out of the distribution's packages, into the user's cache.
# Nothing is installed. What is there already is not fetched again.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/guest-archive.sh"

# One line that grows, on a terminal; a line for each step elsewhere.
progress() {
    done=$1 of=$2 what=$3
    filled=$(printf '%*s' "$((done * 20 / of))" '' | tr ' ' '#')
    line=$(printf '[%-20s] %d/%d %s' "$filled" "$done" "$of" "$what")
    if [ -t 2 ]; then printf '\r%-78s' "$line" >&2; else say "$line"; fi
    if [ "$done" -lt "$of" ]; then return; fi
    [ ! -t 2 ] || echo >&2
}

# Unpacks packages of this machine's own archive into $work/root, without installing them.
unpack() {
    for wanted in "$@"; do
        (cd "$work" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$wanted" > /dev/null)
        dpkg-deb -x "$work/${wanted%%=*}"_*.deb "$work/root"
    done
}

open_work() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
}

# What a PC begins with: the firmware of its board and of its display.
firmware() {
    [ ! -s "$guest_cache/firmware/bios-256k.bin" ] || return 0
    unpack seabios
    mkdir -p "$guest_cache/firmware"
    cp "$work/root/usr/share/seabios/vgabios-stdvga.bin" "$work/root/usr/share/seabios/bios-256k.bin" "$guest_cache/firmware/"
}

# A template that starts by firmware from a file of one package: NAME, PACKAGE, then pairs of the file in the package and in the cache.
from_firmware() {
    name=$1 package=$2
    shift 2
    [ ! -s "$guest_cache/$2" ] || [ ! -s "$guest_cache/firmware/bios-256k.bin" ] || return 0
    open_work
    progress 0 3 "firmware: seabios"
    firmware
    progress 1 3 "$package"
    unpack "$package"
    progress 2 3 "$name"
    mkdir -p "$guest_cache/$name"
    while [ $# -gt 0 ]; do
        cp "$work/root/$1" "$guest_cache/$2"
        shift 2
    done
    progress 3 3 "$name is ready in $guest_cache"
}

# Kernel and initial files are unpacked here: a guest would take some three thousand million instructions for it at every start.
installer() {
    [ ! -s "$guest_cache/debian-installer/initrd.cpio" ] || return 0
    progress 0 4 "the lists of the archive"
    open_guest_archive 2> /dev/null
    progress 1 4 "debian-installer-12-netboot-i386 (105 MB)"
    unpack_guest_packages debian-installer-12-netboot-i386 2> /dev/null
    progress 2 4 "its kernel"
    images=$guest_work/root/usr/lib/debian-installer/images/12/i386/gtk/debian-installer/i386
    mkdir -p "$guest_cache/debian-installer"
    cp "$images/linux" "$guest_cache/debian-installer/vmlinuz"
    unpack_kernel "$images/linux" "$guest_cache/debian-installer/vmlinux"
    progress 3 4 "its files"
    gzip -dc "$images/initrd.gz" > "$guest_cache/debian-installer/initrd.new"
    mv "$guest_cache/debian-installer/initrd.new" "$guest_cache/debian-installer/initrd.cpio"
    progress 4 4 "debian-installer is ready in $guest_cache"
}

case ${1:-} in
    debian-shell)
        progress 0 1 "a kernel and busybox"
        sh "$ROOT/deploy/steps/guests.sh" > /dev/null
        progress 1 1 "debian-shell is ready in $guest_cache" ;;
    debian-installer) installer ;;
    memtest) from_firmware memtest memtest86+ usr/lib/memtest86+/memtest86+ia32.iso memtest/memtest86+.iso ;;
    grub-rescue)
        from_firmware grub-rescue grub-rescue-pc usr/lib/grub-rescue/grub-rescue-floppy.img grub-rescue/disk.img \
            usr/lib/grub-rescue/grub-rescue-cdrom.iso grub-rescue/cdrom.iso ;;
    echo) say "echo needs nothing: the gateway brings it along" ;;
    '') fail "usage: ./remotechain template build NAME; ./remotechain template list shows the names" ;;
    *) fail "there is no shipped template '$1'; ./remotechain template list shows what there is" ;;
esac
