# shellcheck shell=bash
# What the black-box tests share. Every test runs in a folder of its own.
#
# A tool is a program cmd/ad-*.c; a test of the contract loops over all of them, or over those whose
# --help shows that the clause concerns them:
#
#     for tool in $(detectors); do ... ad OPTION... <in >out; done
#
# A tool that does nothing without an option (a limit, a rule file) names it in a line of its own
# tests/ad-NAME.bats, `# contract: OPTION...`; ad() adds it to every call. One that needs an option
# to score each record on arrival names that in a line `# streaming: OPTION...`: the word of a loop
# about streams and states is then `ad-NAME,OPTION...`, which ad() takes apart.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
AD_BIN=${AD_BIN:-$ROOT/build/bin}
PATH=$(cd "$AD_BIN" 2>/dev/null && pwd):$PATH
export PATH LC_ALL=C TZ=UTC
export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-$([ -n "${AD_FULL:-}" ] && echo 900 || echo 60)}

setup() {
    swiftly
    cd "$BATS_TEST_TMPDIR" || return
    RANDOM=2402 # the same "random" choices in every run
}

# Before every command bats writes down where it stands, which takes a hundred times as long as the
# shell takes for the command. It is enough to do so when one has failed.
swiftly() {
    declare -F bats_capture_stack_trace bats_error_trap >/dev/null || return 0 # another bats
    trap - DEBUG
    BATS_DEBUG_LAST_STACK_TRACE=() BATS_DEBUG_LASTLAST_STACK_TRACE=()
    trap 'BATS_ERROR_STATUS=$?; _stand; bats_error_trap' ERR
}

_stand() { bats_capture_stack_trace; }

# --- which tools -------------------------------------------------------------------------------

tools() {
    local f
    # shellcheck disable=SC2086
    [ -z "${AD_TOOLS:-}" ] || { printf '%s\n' $AD_TOOLS && return; }
    for f in "$ROOT"/cmd/ad-*.c; do
        f=${f##*/}
        echo "${f%.c}"
    done
}

# has OPTION: whether $tool documents it
has() {
    "${tool%%,*}" --help </dev/null | grep -q -e "$1\\b"
}

# declared WHAT: what $tool needs, as its own tests say
declared() {
    sed -n "s/^# $1: //p" "$ROOT/tests/${tool%%,*}.bats" 2>/dev/null
}

# tools_with OPTION...: those that document all of them, as streams where that takes one
tools_with() {
    local tool option way
    for tool in $(tools); do
        way=
        for option; do
            has "$option" || continue 2
            case $option in
            --state | --resume | --save-every | --lock-wait) way=$(declared streaming) ;;
            esac
        done
        echo "$tool${way:+,${way// /,}}"
    done
}

detectors() { tools_with --alpha; }             # append a score to every record
streaming() { tools_with --alpha --state; }     # score each record on arrival
of_values() { tools_with --alpha --direction; } # judge values, not the scores of others
one_field() { tools_with --alpha --each; }      # one state for each field

# --- running one -------------------------------------------------------------------------------

_command_for=
_command=()

# The command that $tool stands for, with what it needs anyway.
_know_command() {
    [ "$_command_for" != "$tool" ] || return 0
    _command_for=$tool
    local program=${tool%%,*} way
    way=${tool#"$program"}
    read -r -a _command <<<"$program $(declared contract) ${way//,/ }"
}

# ad ARG...: run $tool
ad() {
    _know_command
    "${_command[@]}" "$@"
}

# The same in place of the shell: `ad_exec ... &` makes $! the tool's own process. $UNDER is a
# command to run it under.
ad_exec() {
    _know_command
    # shellcheck disable=SC2086
    exec ${UNDER:-} "${_command[@]}" "$@" 3>&-
}

# The name a tool gives its fields: prefix TOOL
prefix() {
    local p=${tool#ad-}
    p=${p%%,*}
    echo "${p//-/_}"
}

# capture CMD...: standard output in ./out, standard error in ./err, exit status in $status
capture() {
    status=0
    "$@" >out 2>err || status=$?
}

# exits STATUS CMD...: fails unless CMD ends with STATUS
exits() {
    local want=$1
    shift
    capture "$@"
    [ "$status" = "$want" ] || fail "status $status, not $want: $*"
}

# good CMD...: fails unless CMD ends with status 0 and says nothing
good() {
    exits 0 "$@"
    [ ! -s err ] || fail "not silent: $*"
}

# in_turn CMD...: CMD, which makes something in the tree, while no other test does so
in_turn() {
    flock "$ROOT/tests" "$@"
}

fail() {
    {
        echo "FAILED${tool:+ ($tool)}: $*"
        if [ -s err ]; then echo '--- standard error' && head -c 2000 err | head -n 20; fi
        if [ -s out ]; then echo '--- standard output' && head -c 2000 out | head -n 20; fi
    } >&2
    return 1
}

# out_is: standard input is what ./out must hold, byte for byte
out_is() {
    cat >want
    same want out
}

same() {
    cmp -s "$1" "$2" || {
        diff -a "$1" "$2" | head -n 20 >&2
        fail "$1 and $2 differ"
    }
}

differ() {
    ! cmp -s "$1" "$2" || fail "$1 and $2 are the same"
}

err_has() {
    grep -aqF -e "$1" err || fail "no \"$1\" in the message"
}

err_lacks() {
    if grep -aqF -e "$1" err; then fail "\"$1\" in the message"; fi
}

# err_like REGEX: some line of the message matches
err_like() {
    grep -aqE -e "$1" err || fail "no match of /$1/ in the message"
}

# equal GOT WANT
equal() {
    [ "$1" = "$2" ] || fail "got \"$1\", not \"$2\""
}

# between LOW X HIGH, whole numbers
between() {
    if [ "$2" -lt "$1" ] || [ "$2" -gt "$3" ]; then fail "$2 is not in $1..$3"; fi
}

# eventually CMD...: until CMD succeeds, for up to ten seconds
eventually() {
    local try
    for ((try = 0; try < 500; try++)); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.02
    done
    fail "in vain: $*"
}

# --- looking at output -------------------------------------------------------------------------

# Take the score and the flag of standard input away again: bare [DELIMITER]
bare() {
    local d=${1:-,}
    sed -E "s/[$d][^$d]*[$d]([01]?|[^$d]*_flag)(\\r?)\$/\\2/"
}

# The same for NDJSON.
bare_json() {
    sed -E 's/,?"[A-Za-z0-9_]+_score":[^,]*,"[A-Za-z0-9_]+_flag":(true|false|null)(\}[^}]*)$/\2/'
}

# column NAME: that column of the CSV on standard input, without quotes in it before the column
column() {
    awk -F, -v name="$1" 'NR == 1 { sub(/\r$/, ""); for (i = 1; i <= NF; i++) if ($i == name) c = i
        if (!c) { print "no column " name; exit 1 } next } { sub(/\r$/, ""); print $c }'
}

# count NAME VALUE: how many rows of the CSV have it there
count() {
    column "$1" | grep -cxF -e "$2" || true
}

# --- making input ------------------------------------------------------------------------------

# noise N [SEED] [AWK-ASSIGNMENT...]: N Gaussian values around 60 with a time each (see gen.awk)
noise() {
    local n=$1 seed=${2:-1}
    shift "$(($# < 2 ? $# : 2))"
    local v vars=()
    for v; do vars+=(-v "$v"); done
    awk -v n="$n" -v seed="$seed" "${vars[@]}" -f "$ROOT/tests/random.awk" -f "$ROOT/tests/gen.awk"
}

# to_json: CSV with a header and plain numbers and words in it, as NDJSON
to_json() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
        { printf "{"
          for (i = 1; i <= NF; i++)
              printf("%s\"%s\":%s", i == 1 ? "" : ",", name[i],
                     $i ~ /^-?[0-9.]+$/ ? $i : "\"" $i "\"")
          print "}" }'
}

# --- skipping ----------------------------------------------------------------------------------

full() {
    [ -n "${AD_FULL:-}" ] || skip "only with AD_FULL=1"
}

# Sanitizers map terabytes and replace malloc; so does what a wrapper script may run it under.
sanitized() {
    local program=$AD_BIN/${tool%%,*}
    ! head -c 4 "$program" | grep -qa ELF || grep -qa __asan_init "$program"
}

# within KILOBYTES CMD...: with so much address space (as much as it likes under a sanitizer)
within() (
    sanitized || ulimit -v "$1"
    shift
    "$@"
)

# The shim that makes the n-th call of something fail; built on demand. See faultinject.c.
faultinject() {
    local so=$ROOT/build/faultinject.so
    sanitized && skip "not with a sanitizer"
    if [ ! "$so" -nt "$ROOT/tests/faultinject.c" ]; then
        mkdir -p "${so%/*}"
        "${CC:-cc}" -shared -fPIC -O1 -o "$so.$$" "$ROOT/tests/faultinject.c" 2>/dev/null ||
            skip "no shim for this C library"
        mv "$so.$$" "$so"
    fi
    FAULTINJECT=$so
}

# faulty WHAT N CMD...: run CMD with the shim; ./fired tells whether the fault happened
faulty() {
    local what=$1 n=$2
    shift 2
    rm -f fired
    LD_PRELOAD=$FAULTINJECT AD_FAULT=$what:$n AD_FAULT_FIRED=$PWD/fired "$@"
}
