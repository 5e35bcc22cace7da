# What fetches and unpacks guests of emulated machines. Sourced, never run, after common.sh and install.sh. Nothing is installed, nothing that was
# fetched runs here, and this machine's own package lists stay as they are.

readonly GUEST_SUITE=bookworm GUEST_KEY=/usr/share/keyrings/debian-archive-keyring.gpg
guest_cache=${REMOTECHAIN_GUESTS:-${XDG_CACHE_HOME:-$HOME/.cache}/remotechain/guests}

# One of the archive's tools on lists of its own: Debian 12 is the last that has an i686 kernel and an i386 installer.
guest_apt() {
    tool=$1
    shift
    "$tool" -q -o APT::Architecture=i386 -o APT::Architectures=i386 -o Dir::State="$guest_work/state" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$guest_work/cache" -o Dir::Etc::sourcelist="$guest_work/guests.sources" -o Dir::Etc::sourceparts=- \
        -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)" "$@"
}

# Opens that archive (deb, deb-src or both) in a folder that goes when the script ends: $guest_work.
open_guest_archive() {
    guest_work=$(mktemp -d)
    trap 'rm -rf "$guest_work"' EXIT
    mkdir -p "$guest_work/state/lists/partial" "$guest_work/cache/archives/partial" "$guest_cache"
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || fail "no Debian source found in /etc/apt: guests are made of its packages"
    printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "${1:-deb}" "$mirror" "$GUEST_SUITE" "$GUEST_KEY" \
        > "$guest_work/guests.sources"
    guest_apt apt-get update >&2
}

# Fetches packages and unpacks them together into $guest_work/root.
unpack_guest_packages() {
    (cd "$guest_work" && guest_apt apt-get download "$@" >&2)
    for package in "$guest_work"/*.deb; do dpkg-deb -x "$package" "$guest_work/root"; done
    rm -f "$guest_work"/*.deb
}

number() { od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# The ELF image inside a bzImage: where it lies follows from setup sectors, payload_offset and payload_length (x86/boot.rst). Its last four bytes
# are the length that comes out, which is no part of the XZ stream.
unpack_kernel() {
    setup=$(number "$1" 497 1)
    offset=$(number "$1" 584 4)
    length=$(number "$1" 588 4)
    tail -c "+$(((setup + 1) * 512 + offset + 1))" "$1" | head -c "$((length - 4))" | xz -dc > "$2"
}

# One entry of an archive of initial files (newc: the kernel's early-userspace/buffer-format.rst): NAME, MODE in octal, FILE with the content (or /dev/null), DEVICE major and
# minor of a special file. Written here, because busybox for a guest does not run on every host, and cpio is not everywhere.
initial_file() {
    name=$1 mode=$2 content=${3:-/dev/null}
    bytes=$(wc -c < "$content")
    printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s' 0 "0$mode" 0 0 1 0 "$bytes" 0 0 0 0 "$((${#name} + 1))" 0 "$name"
    # The name ends with a zero; it and the content fill up to multiples of four, the first behind a header of 110 bytes.
    head -c "$((4 - (110 + ${#name}) % 4))" /dev/zero
    cat "$content"
    head -c "$(((4 - bytes % 4) % 4))" /dev/zero
}
