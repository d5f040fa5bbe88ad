#!/bin/sh
# The main job, on a simulated host of its own: the files are linted, four guests are created, listed, watched on the console and shut down.
set -eu
cd "$(dirname "$0")/etc-xen"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export XLPY_CONNECT="sim://$state/host.db"

run() {
    printf '\n$ %s\n' "$*"
    "$@" </dev/null
}

run xlpy lint .
for guest in debian ubuntu installer-hvm alpine-pvh; do
    run xl create "$guest.cfg"
done
run xl list
run xl console alpine
run xl vcpu-list ubuntu
run xlpy plan passthrough.cfg
run xl shutdown -a -w
run xl list
