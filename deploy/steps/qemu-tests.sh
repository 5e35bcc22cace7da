#!/bin/sh
# qemu-tests: fetches QEMU's source package, compiles its i386 tests (tests/tcg/i386 and those of tests/tcg/multiarch that QEMU runs on i386 too) as static programs,
# and prints the folder that has them, with `order`: their names. Kept in the cache of guests; a second call takes no network.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"
. "$ROOT/deploy/steps/guest-archive.sh"

# As the tests' own makefiles compile them: NAME, then options and sources.
compile() {
    name=$1
    shift
    if gcc -m32 -static -O0 -g0 -w -fno-strict-aliasing -fno-pie -no-pie -o "$made/$name" "$@" -lm -pthread; then
        echo "$name" >> "$made/order"
    else
        say "$name does not compile here"
    fi
}

compile_all() {
    i386=$1/tests/tcg/i386 multiarch=$1/tests/tcg/multiarch
    for source in "$i386"/test-i386-*.c; do
        name=$(basename "$source" .c)
        case $name in
            test-i386-sse-exceptions) compile "$name" -msse4.1 -mfpmath=sse "$source" ;;
            test-i386-pcmpistri) compile "$name" -msse4.2 "$source" ;;
            test-i386-bmi2) compile "$name" -O2 "$source" ;;
            test-i386-ssse3) ;; # for 64-bit programs
            *) compile "$name" "$source" ;;
        esac
    done
    compile test-i386 "$i386/test-i386.c" "$i386/test-i386-code16.S" "$i386/test-i386-vm86.S"
    if gcc -m32 -static -w -ffreestanding -nostdlib -fno-pie -no-pie -fno-stack-protector -o "$made/hello-i386" "$i386/hello-i386.c"; then
        echo hello-i386 >> "$made/order"
    fi
    for name in float_convs float_convd float_madds; do compile "$name" "$multiarch/$name.c" "$multiarch/libs/float_helpers.c"; done
    for name in sha1 sha512 overflow testthread threadcount munmap-pthread test-mmap; do compile "$name" "$multiarch/$name.c"; done
    compile linux-test "$multiarch/linux/linux-test.c"
    compile signals "$multiarch/signals.c"
}

if [ ! -s "$guest_cache/qemu-tests/order" ]; then
    say "fetching the source package of QEMU, for its tests of the i386"
    open_guest_archive deb-src
    (cd "$guest_work" && guest_apt apt-get source --download-only qemu >&2)
    tar -xJf "$guest_work"/qemu_*.orig.tar.xz -C "$guest_work" --wildcards '*/tests/tcg/i386/*' '*/tests/tcg/multiarch/*'
    made=$guest_work/made
    mkdir -p "$made"
    compile_all "$(echo "$guest_work"/qemu-*.*.*/)" >&2
    rm -rf "$guest_cache/qemu-tests"
    mv "$made" "$guest_cache/qemu-tests"
fi
echo "$guest_cache/qemu-tests"
