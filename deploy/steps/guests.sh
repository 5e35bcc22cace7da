#!/bin/sh
# guests: fetches what emulated machines start from, out of the distribution's i386 archive, into a cache outside of the tree, and prints its
# folder. Nothing of it is installed, and the machine's own package lists stay as they are. A second call takes no network.
#
#   vmlinuz   the kernel of linux-image-686 (Debian 12 is the last that has one)
#   vmlinux   the ELF image that it holds, unpacked here, because unpacking it costs a guest minutes
#   busybox   the static one
#   modules   those of its modules that a disk with ext4 needs
#   card      those that a network card needs, named in the order in which they are loaded
#   debian-shell.cpio   the first file system of the template debian-shell: that busybox, those for the card, and an init that shows a shell on the screen
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/guest-archive.sh"

# In the order in which they can be loaded.
readonly MODULES='scsi_common scsi_mod libata ata_piix crc64 crc64-rocksoft crct10dif_common crc-t10dif t10-pi sd_mod crc16 crc32c_generic mbcache jbd2 ext4'
readonly CARD_MODULES='virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover virtio_net'

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
    mkdir -p "$guest_cache/card"
    place=10
    for module in $CARD_MODULES; do
        find "$guest_work/root/lib/modules" -name "$module.ko" -exec cp {} "$guest_cache/card/$place-$module.ko" \;
        place=$((place + 1))
    done
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
ip link set lo up
# 1AF4:1041 is the network card (Virtio 1.1, section 4.1.2). Most machines have none.
if cat /sys/bus/pci/devices/*/modalias | grep -q 'v00001AF4d00001041'; then
    for module in /lib/card/*.ko; do insmod "$module"; done
    ip link set eth0 up
    udhcpc -q -n -i eth0 -s /lib/leased > /dev/null 2>&1 || echo 'There is a network card, and nobody at its other end.' > /dev/tty1
fi
(while :; do setsid sh -c 'exec sh -i < /dev/ttyS0 > /dev/ttyS0 2>&1'; sleep 1; done) &
printf '\nA Debian kernel in an emulated PC of this node. What is done here ends with it.\n\n' > /dev/tty1
while :; do setsid sh -c 'exec sh -i < /dev/tty1 > /dev/tty1 2>&1'; sleep 1; done
END
    cat > "$work/leased" <<'END'
#!/bin/sh
case $1 in
    bound | renew)
        ip address replace "$ip/$mask" dev "$interface"
        ip route replace default via "$router"
        for server in $dns; do echo "nameserver $server"; done > /etc/resolv.conf ;;
esac
END
    {
        for folder in bin dev etc lib lib/card proc sys tmp root; do initial_file "$folder" 40755; done
        initial_file bin/busybox 100755 "$guest_cache/busybox"
        initial_file bin/sh 120777 "$work/link"
        initial_file init 100755 "$work/init"
        initial_file lib/leased 100755 "$work/leased"
        for module in "$guest_cache"/card/*.ko; do initial_file "lib/card/${module##*/}" 100644 "$module"; done
        initial_file 'TRAILER!!!' 0
    } > "$guest_cache/debian-shell.cpio.new"
    mv "$guest_cache/debian-shell.cpio.new" "$guest_cache/debian-shell.cpio"
}

for file in vmlinuz busybox modules/order card/17-virtio_net.ko vmlinux; do [ -s "$guest_cache/$file" ] || { fetch; break; }; done
[ "$guest_cache/debian-shell.cpio" -nt "$ROOT/deploy/steps/guests.sh" ] || make_shell_files
echo "$guest_cache"
