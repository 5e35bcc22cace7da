#!/bin/sh
# guests: fetches what emulated machines start from, out of the distribution's i386 archive, into a cache outside of the tree, and prints its
# folder. Nothing of it is installed, and the machine's own package lists stay as they are. A second call takes no network.
#
#   vmlinuz   the kernel of linux-image-686 (Debian 12 is the last that has one)
#   vmlinux   the ELF image that it holds, unpacked here, because unpacking it costs a guest minutes
#   busybox   the static one
#   modules   those of its modules that a disk with ext4 needs
#   debian-shell.cpio   the first file system of the template debian-shell: that busybox and an init that shows a shell on the screen
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/guest-archive.sh"

# In the order in which they can be loaded.
readonly MODULES='scsi_common scsi_mod libata ata_piix crc64 crc64-rocksoft crct10dif_common crc-t10dif t10-pi sd_mod crc16 crc32c_generic mbcache jbd2 ext4'

fetch() {
    say "fetching a kernel and busybox for emulated machines into $guest_cache"
    open_guest_archive
    kernel=$(guest_apt apt-cache depends linux-image-686 | sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
    [ -n "$kernel" ] || fail "the archive $mirror has no linux-image-686"
    unpack_guest_packages "$kernel" busybox-static
    unpack_kernel "$guest_work"/root/boot/vmlinuz-* "$guest_work/vmlinux"
    mkdir -p "$guest_cache/modules"
    for module in $MODULES; do
        find "$guest_work/root/lib/modules" -name "$module.ko" -exec cp {} "$guest_cache/modules/" \;
    done
    echo "$MODULES" > "$guest_cache/modules/order"
    cp "$guest_work"/root/boot/vmlinuz-* "$guest_cache/vmlinuz"
    cp "$guest_work/root/bin/busybox" "$guest_cache/busybox"
    mv "$guest_work/vmlinux" "$guest_cache/vmlinux"
}

# A shell on the screen and one on the serial port, each again when it ends.
make_shell_files() {
    work=$(mktemp -d)
    trap 'rm -rf "$work" "${guest_work:-$work}"' EXIT
    printf busybox > "$work/link"
    cat > "$work/init" <<'END'
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
    {
        for folder in bin dev proc sys tmp root; do initial_file "$folder" 40755; done
        initial_file bin/busybox 100755 "$guest_cache/busybox"
        initial_file bin/sh 120777 "$work/link"
        initial_file init 100755 "$work/init"
        initial_file 'TRAILER!!!' 0
    } > "$guest_cache/debian-shell.cpio.new"
    mv "$guest_cache/debian-shell.cpio.new" "$guest_cache/debian-shell.cpio"
}

for file in vmlinuz busybox modules/order vmlinux; do [ -s "$guest_cache/$file" ] || { fetch; break; }; done
[ "$guest_cache/debian-shell.cpio" -nt "$ROOT/deploy/steps/guests.sh" ] || make_shell_files
echo "$guest_cache"
