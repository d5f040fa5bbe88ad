# Completion of xl for bash is in the file of xlpy beside this one.
# shellcheck shell=bash source=/dev/null
. "${BASH_SOURCE[0]%/*}/xlpy"
