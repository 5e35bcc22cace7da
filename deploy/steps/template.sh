#!/bin/sh
# template build NAME: fetches what a shipped template of emulated machines needs, out of the distribution's packages, into the user's cache.
# Nothing is installed. What is there already is not fetched again.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"

cache=${REMOTECHAIN_GUESTS:-${XDG_CACHE_HOME:-$HOME/.cache}/remotechain/guests}

# One line that grows, on a terminal; a line for each step elsewhere.
progress() {
    done=$1 of=$2 what=$3
    filled=$(printf '%*s' "$((done * 20 / of))" '' | tr ' ' '#')
    line=$(printf '[%-20s] %d/%d %s' "$filled" "$done" "$of" "$what")
    if [ -t 2 ]; then printf '\r%-78s' "$line" >&2; else say "$line"; fi
    if [ "$done" -lt "$of" ]; then return; fi
    [ ! -t 2 ] || echo >&2
}

# Unpacks a package of this machine's own archive into a folder, without installing it.
unpack() {
    (cd "$work" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$1" > /dev/null)
    dpkg-deb -x "$work"/"${1%%=*}"_*.deb "$work/root"
}

memtest() {
    [ ! -s "$cache/memtest/memtest86+.iso" ] || [ ! -s "$cache/firmware/bios-256k.bin" ] || return 0
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    progress 0 4 "firmware: seabios"
    unpack seabios
    progress 1 4 "memtest86+"
    unpack memtest86+
    progress 2 4 "unpacking"
    mkdir -p "$cache/memtest" "$cache/firmware"
    cp "$work/root/usr/share/seabios/bios-256k.bin" "$work/root/usr/share/seabios/vgabios-stdvga.bin" "$cache/firmware/"
    progress 3 4 "memtest"
    cp "$work/root/usr/lib/memtest86+/memtest86+ia32.iso" "$cache/memtest/memtest86+.iso"
    progress 4 4 "memtest is ready in $cache"
}

case ${1:-} in
    debian-shell)
        progress 0 1 "a kernel and busybox"
        sh "$ROOT/deploy/steps/guests.sh" > /dev/null
        progress 1 1 "debian-shell is ready in $cache" ;;
    memtest) memtest ;;
    echo) say "echo needs nothing: the gateway brings it along" ;;
    '') fail "usage: ./remotechain template build NAME; ./remotechain template list shows the names" ;;
    *) fail "there is no shipped template '$1'; ./remotechain template list shows what there is" ;;
esac
