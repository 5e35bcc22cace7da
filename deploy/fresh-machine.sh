#!/bin/sh
# Proves the first five minutes: a new Debian root file system, this commit, one command in it.
#   deploy/fresh-machine.sh [--suite bookworm] [--keep] [COMMAND…]      (default command: ./remotechain test)
# Needs root, debootstrap and git. The new system gets this machine's package mirror, NuGet configuration, certificates (npm's too) and .NET SDK
# (its own archive has none), and nothing else. It shares the kernel and the network; everything that is mounted lives in a mount
# namespace and goes with it, so removing the folder afterwards is safe.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/dotnet.sh"

readonly PLACE="/srv/remote chain"     # the space is part of the proof
readonly PASSED_ON="http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR NUGET_CERT_REVOCATION_MODE"

suite=bookworm keep=no
while [ $# -gt 0 ]; do
    case $1 in
        --suite) suite=$2; shift ;;
        --keep) keep=yes ;;
        --) shift; break ;;
        -*) fail "usage: deploy/fresh-machine.sh [--suite bookworm] [--keep] [COMMAND…]" ;;
        *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- ./remotechain test

is_root || fail "making a root file system needs root"
for program in debootstrap git unshare; do have "$program" || fail "$program is missing"; done
find_dotnet || fail "this machine has no .NET 10 SDK to lend"
mirror=$(debian_mirror)
[ -n "$mirror" ] || fail "no Debian mirror found in /etc/apt"

work=$(mktemp -d /var/tmp/remotechain-fresh.XXXXXX)
new=$work/root
leave() {
    status=$?
    trap - EXIT
    if [ "$keep" = yes ]; then say "kept: $new"; else rm -rf --one-file-system "$work"; fi
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

# The settings that fetching needs, without the hooks of programs that the new system does not have.
copy_apt_settings() {
    apt-config dump | grep '^Acquire::' > "$new/etc/apt/apt.conf.d/90machine" || true
    for folder in auth.conf.d trusted.gpg.d keyrings; do
        [ ! -d "/etc/apt/$folder" ] || cp -R "/etc/apt/$folder" "$new/etc/apt/"
    done
    rm -f "$new/etc/apt/sources.list"
    # Backports stay out: adding them is one of the things that the script has to do by itself.
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] && grep -q "$suite" "$file" && ! grep -q backports "$file" || continue
        cp "$file" "$new$file"
        found=yes
    done
    # Another release than the machine's own: the same mirror has it.
    [ "${found:-no}" = yes ] || echo "deb $mirror $suite main" > "$new/etc/apt/sources.list"
}

copy_machine() {
    cp -L /etc/resolv.conf /etc/hosts "$new/etc/"
    if [ -f "$HOME/.nuget/NuGet/NuGet.Config" ]; then
        mkdir -p "$new/root/.nuget/NuGet"
        cp "$HOME/.nuget/NuGet/NuGet.Config" "$new/root/.nuget/NuGet/"
    fi
    for path in "${SSL_CERT_FILE:-}" "${SSL_CERT_DIR:-}"; do
        if [ -e "$path" ]; then mkdir -p "$new$(dirname "$path")" && cp -RLT --remove-destination "$path" "$new$path"; fi
    done
    # npm does not look at the system's authorities by itself.
    authorities=$(npm config get cafile 2> /dev/null) || authorities=
    if [ -f "$authorities" ]; then
        cp -L "$authorities" "$new/etc/machine-authorities.pem"
        echo "cafile=/etc/machine-authorities.pem" > "$new/root/.npmrc"
    fi
    mkdir -p "$new$DOTNET_ROOT" "$new$PLACE"
    ln -sf "$DOTNET_ROOT/dotnet" "$new/usr/bin/dotnet"
    git -C "$ROOT" archive HEAD | tar -x -C "$new$PLACE"
}

say "making a new $suite in $work"
debootstrap --variant=minbase --include=ca-certificates "$suite" "$new" "$mirror" > "$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; fail "debootstrap failed"; }
copy_apt_settings
copy_machine

# pivot_root rather than chroot: in a chroot the kernel refuses new user namespaces, and the sandbox needs one.
cat > "$work/enter.sh" <<'END'
set -eu
new=$1 dotnet_root=$2 place=$3
shift 3
mount --make-rprivate /
mount --bind "$new" "$new"
cd "$new"
mount --bind "$dotnet_root" ".$dotnet_root"
mount -o remount,bind,ro ".$dotnet_root"
mount --rbind /dev dev
mount --rbind /sys sys
mount -t proc proc proc
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=1777 tmp tmp
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
cd "$place"
exec "$@"
END
set -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 CI=true "$@"
for variable in $PASSED_ON; do
    eval "value=\${$variable:-}"
    if [ -n "$value" ]; then
        shift 2
        set -- env -i "$variable=$value" "$@"
    fi
done
say "running in it: ./remotechain from '$PLACE'"
status=0
unshare --mount --pid --uts --ipc --fork --kill-child=KILL sh "$work/enter.sh" "$new" "$DOTNET_ROOT" "$PLACE" "$@" < /dev/null || status=$?
say "the fresh machine ended with status $status"
exit "$status"
