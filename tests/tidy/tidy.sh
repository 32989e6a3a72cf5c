#!/bin/bash
# The house rules a machine can check.  One line each: ok or not ok.
set -u
export LC_ALL=C.UTF-8 # columns are characters
cd "$(dirname "$0")/../.." || exit 1
failed=0

verdict() {
    if [ -z "$2" ]; then
        echo "ok tidy: $1"
    else
        printf '%s\n' "$2" | head -n 20 | sed 's/^/    /'
        echo "not ok tidy: $1"
        failed=1
    fi
}

files() {
    git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
        [ -f "$file" ] && echo "$file"
    done
}

# none SENTENCE PATTERN PATH…: no line of the files matches.
none() {
    local sentence=$1 pattern=$2
    shift 2
    verdict "$sentence" "$(files "$@" | xargs -r grep -nE "$pattern" --)"
}

# longer SENTENCE LINES PATH…: no file has more lines.
longer() {
    local sentence=$1 most=$2
    shift 2
    verdict "$sentence" "$(files "$@" | xargs -r wc -l | awk -v most="$most" \
        '$1 > most && $2 != "total" {print $2 ": " $1 " lines"}')"
}

only() {
    verdict "$1" "$(files 'common/*.[ch]' 'services/*.[ch]' | grep -vE "$3" | xargs -r grep -nE "$2" --)"
}

none 'the ground floor looks up to nobody' '#include "(edge|daemon)/' 'common/base/*.[ch]'
none 'the edge does not know the daemon' '#include "daemon/' 'common/edge/*.[ch]'
none 'common knows no service' '#include "(intake|dispatch|returns|complaints|reporting|gateway)' \
    'common/*.[ch]'
only 'only edge/db speaks libpq' '\bPQ[a-z]|#include <libpq' '^common/edge/db'
only 'only edge/bus speaks ZeroMQ' '\bzmq_|#include <zmq' '^common/edge/bus'
only 'only edge/loop speaks libuv' '\buv_|#include <uv' '^common/edge/loop'
none 'handlers do not allocate, print or log' '\b(malloc|calloc|realloc|free|printf|log_[a-z]+)\(' \
    'services/*/commands/*.c' 'services/*/queries/*.c' 'services/*/reactions/*.c' \
    'services/*/timers/*.c'
none 'the domain does not jump' '\bgoto\b' 'services/*.c' 'common/base/*.c' 'common/daemon/*.c'
none 'unfinished thoughts live elsewhere' '\b(TODO|FIXME|XXX|HACK)\b' '*.[ch]' '*.sql' '*.proto' '*.py' \
    'deploy/*' ':!tests/tidy'
none 'no typedef but of functions' '^typedef (struct|enum|union)' '*.[ch]'
none 'structures are not named with _t' '\bstruct [a-z_]+_t\b' '*.[ch]'
none 'statements name their columns' 'select \*|returning \*' '*.sql'
none 'changes are given the time' '\bnow\(\)|current_timestamp' 'services/*/sql/*.sql' \
    'common/daemon/sql/*.sql'
none 'no triggers' 'create (constraint )?trigger' '*.sql'
none 'no tabs' "$(printf '\t')" '*.[ch]' '*.sql' '*.proto' '*.py' '*.cmake'
none 'no trailing blanks' ' +$' '*.[ch]' '*.sql' '*.proto' '*.py' '*.md' 'deploy/*'
# Rows of a table are as wide as its widest words: columns that stand under each other read better.
none 'lines fit into 100 columns' '^ *([^ {[]|\[[^]]*$).{100,}' '*.[ch]' '*.sql' \
    ':!tests/bench' '*.cmake' 'CMakeLists.txt'
none 'a row of a table fits into 150 columns' '^ *[{[].{150,}' '*.[ch]'
longer 'a file has at most 400 lines' 400 'common/*.c' 'services/*.c' 'deploy/*.c'
longer 'a header has at most 120 lines' 120 'common/*.h' 'services/*.h' 'deploy/*.h'
verdict 'a statement opens with a sentence' "$(files 'services/*/sql/*.sql' 'common/daemon/sql/*.sql' \
    'services/*/migrations/*.sql' 'common/daemon/migrations/*.sql' | while read -r file; do
        head -n 1 "$file" | grep -qE '^-- .*\.$' || echo "$file"
    done)"
verdict 'a function has at most 50 lines' "$(files 'common/*.c' 'services/*.c' 'deploy/*.c' \
    | xargs -r awk '/^{/ {start = FNR} /^}/ {if (start && FNR - start > 50) print FILENAME ":" start; start = 0}')"
verdict 'no room but those of the plan' "$(ls -d services/*/*/ 2>/dev/null | grep -vE \
    '/(commands|queries|reactions|timers|sql|migrations)/$' | grep -vE '^services/gateway/(http|api|events)/$')"
verdict 'files are named in snake case' "$(files '*.c' '*.h' '*.sql' '*.proto' '*.py' '*.cmake' \
    | grep -vE '(^|/)([a-z0-9]+(_[a-z0-9]+)*|__init__)\.[a-z]+$')"
# Version 14 falls over some ragged tables; a file it can't read is a finding, not a silence.
verdict 'clang-format agrees' "$(files '*.c' '*.h' | while read -r file; do
        clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || echo "$file"
    done)"
exit $failed
