#!/bin/sh
# lab …: fetches what a lab needs, becomes root where it may, and hands over to lab.sh.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
. "$ROOT/deploy/steps/common.sh"
. "$ROOT/deploy/steps/install.sh"

case ${1:-} in up) install_packages lab ;; esac
if is_root || ! may_root; then exec sh "$ROOT/deploy/steps/lab.sh" "$@"; fi
exec sudo -n sh "$ROOT/deploy/steps/lab.sh" "$@"
