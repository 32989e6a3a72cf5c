#!/bin/bash
# check.sh FOLDER: every model of this folder is explored whole by spin, in the folder named.
#
# A model holds with RIGHT defined, and has to break with each bug that its first line names
# (`bugs: …`): a model that cannot fail says nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1" || exit 1
failed=0

explore() {
    spin -a "-D$2" "$1" >spin.log 2>&1 \
        && gcc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c >>spin.log 2>&1 \
        && ./pan -m1000000 >pan.log 2>&1 && grep -q '^Full statespace' pan.log \
        && ! grep -q 'max search depth too small\|out of memory' pan.log \
        || { cat spin.log >&2; return 2; }
    grep -q 'errors: 0$' pan.log
}

verdict() {
    if [ "$1" = "$2" ]; then
        echo "ok model: $3 ($(awk '/states, stored/ {print $1}' pan.log) states)"
    else
        echo "not ok model: $3"
        failed=1
    fi
}

for model in "$here"/*.pml; do
    name=$(basename "$model" .pml)
    explore "$model" RIGHT
    verdict $? 0 "$name holds"
    for bug in $(sed -n '1s/.*bugs: *\([A-Z_ ]*\).*/\1/p' "$model"); do
        explore "$model" "$bug"
        verdict $? 1 "$name breaks with $bug"
    done
done
exit $failed
