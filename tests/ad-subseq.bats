#!/usr/bin/env bats
# What is special about ad-subseq. What it computes is tested in unit/subseq.c; what it shares with
# other tools in contract.bats and state.bats, which want a row without a score:
#
# contract: --warmup=1

load helper

# shellcheck disable=SC2034
tool=ad-subseq # of ad_exec and within

s() { ad-subseq "$@"; }

# wave N [FROM [STEP]]: a wave of about 38 rows with some noise; from row FROM on, for 60 rows, twice
# as fast. STEP: with a time, so many seconds apart.
wave() {
    awk -v n="$1" -v from="${2:-0}" -v step="${3:-0}" 'BEGIN {
        print (step ? "time," : "") "value"
        for (i = 1; i <= n; i++) {
            phase += from && i >= from && i < from + 60 ? 2 : 1
            printf "%s%.3f\n", step ? 1700000000 + i * step "," : "", sin(phase / 6) + i * 7 % 11 / 20
        }
    }'
}

# flagged: the rows that are, in ./out: first, last and how many
flagged() {
    column subseq_flag <out | awk '$1 { from = from ? from : NR; to = NR; n++ } END { print from + 0, to + 0, n + 0 }'
}

# found FROM TO: fails unless rows were flagged, all between FROM and TO
found() {
    local from to n
    read -r from to n < <(flagged)
    between 1 "$n" 400
    between "$1" "$from" "$2"
    between "$1" "$to" "$2"
}

@test "a stretch is found though each of its values is ordinary" {
    wave 2000 1500 >in
    good s in
    found 1360 1700
    good s --discord in
    found 1360 1700
    good s -w 38 in
    found 1360 1700
    good s --profile-max=0 in
    found 1360 1700
    wave 2000 >in
    good s in
    equal "$(flagged)" "0 0 0"
}

@test "several kinds: what stands still, lies higher, is missing, gets noisy" {
    for change in '$1 = 0.2' '$1 += 1.2' '$1 = -0.9' '$1 += NR * 7919 % 13 / 10'; do
        wave 2000 | awk -F, "NR > 900 && NR <= 970 { $change } { print }" >in
        good s in
        found 770 1100
    done
}

@test "the reason names first and last row, and what is strange" {
    wave 2000 1500 >in
    good s -x -a in
    sed 1d out | sed -nE 's/.*,"?value -?[0-9.]+: rows ([0-9]+)-([0-9]+): .*/\1 \2/p' >rows
    equal "$(wc -l <rows)" "$(sed 1d out | wc -l)"
    awk '$1 < 1300 || $2 > 1760 || $2 - $1 > 300 || $2 <= $1 { print; bad = 1 } END { exit bad }' rows
    cut -d, -f 6-8 out | sed 1d | sort -u | same - <(echo ,,)
    good s -x -a -o ndjson in
    grep -qE '"subseq_reason":"value -?[0-9.]+: rows [0-9]+-[0-9]+: [a-z]' out || fail "no reason"
    good s -x in
    equal "$(count subseq_flag 0 <out)" "$(grep -c ',$' out)"
}

@test "rows of a reason are those of the group" {
    { wave 800 500 | sed 's/^/a,/; 1s/.*/host,value/' && wave 800 | sed '1d; s/^/b,/'; } >in
    good s -x -a -g host in
    grep -c '^a,' out >n
    equal "$(sed 1d out | wc -l)" "$(cat n)"
    { sed -n 1p in && sed -n '2,801{p;s/^a/b/;s/,.*/,0.5/p}' in; } >mixed
    good s -x -a -g host mixed
    sed 's/^a,//; s/^host,//' out | cut -d, -f 1-3 >got
    good s -x -a <(cut -d, -f 2 in | head -n 801)
    cut -d, -f 1-3 out | same - got
}

@test "holes: told by times or by missing values, they are no anomalies; not told of, they are" {
    wave 2000 0 60 >whole
    sed 1001,1113d whole >timed
    cut -d, -f 2 whole | sed '1001,1113s/.*/NA/' >missing
    sed 1001,1113d whole | cut -d, -f 2 >spliced
    good s timed
    equal "$(flagged)" "0 0 0"
    cut -d, -f 2- out >got
    good s missing
    equal "$(count subseq_score '' <out)" 113
    grep -v '^NA' out | same - got
    good s spliced
    found 900 1100
}

@test "constant series, few values, one of 1e300" {
    { echo value && yes 0.1 | head -n 500; } >in
    good s -x in
    equal "$(column subseq_score <out | sort -u)" 0
    equal "$(column subseq_state <out | sort -u)" ok
    wave 19 >in
    good s -x in
    equal "$(count subseq_state warmup <out)" 19
    wave 20 >in
    good s -x -w 100 in
    equal "$(count subseq_state ok <out)" 20
    wave 2000 | sed '1001s/.*/1e300/' >in
    good s -a in
    grep -q '^1e300,' out || fail "not flagged"
    if grep -qiE 'nan|inf' out; then fail "nan or inf"; fi
}

@test "--warmup: rows without a score" {
    wave 300 >in
    good s in && mv out all
    good s --warmup=7 -x in
    equal "$(column subseq_state <out | head -n 8 | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" \
        "7 warmup 1 ok "
    sed 1,8d out | cut -d, -f 1-3 | same - <(sed 1,8d all)
}

@test "threads change nothing" {
    wave 5000 2000 >in
    for options in '' --discord --profile-max=0 --chunk=1700; do
        # shellcheck disable=SC2086
        good s -x $options in && mv out want
        # shellcheck disable=SC2086
        good s -x $options -j 3 in && same want out
    done
}

@test "--chunk: each by itself, a short rest with what came before" {
    wave 2500 1300 >in
    good s --chunk=1000 in && mv out got
    for part in 2,1001 1002,2001 1502,2501; do
        good s <(sed -n "1p;${part}p" in)
        if [ $part = 1502,2501 ]; then sed 2,501d out >part && mv part out; fi
        sed 1d out
    done >want
    sed 1d got | same want -
    exits 2 s --chunk=999 in
}

@test "a model: other rows as they arrive, by the windows that end there" {
    wave 2000 >fit
    good s --fit -m model fit
    wave 1200 800 >in
    good s -x -m model in
    equal "$(count subseq_state warmup <out)" 199
    found 800 1060
    # nothing that comes later matters
    mv out want
    good s -x -m model <(head -n 901 in)
    head -n 901 want | same - out
    # windows of 20 rows and more have seen the beginning by then
    equal "$(column subseq_flag <want | sed -n 840p)" 1
    wave 1200 >in
    good s -m model in
    equal "$(flagged)" "0 0 0"
}

@test "a model of few values is none" {
    wave 255 >fit
    good s --fit -m model fit
    wave 1000 500 >in
    good s -x -m model in
    equal "$(count subseq_state warmup <out)" 1000
    exits 2 s -w 50 -m model in
    err_has --window
}

@test "a million rows of noise: as many flags as promised, in three seconds' time and 300 MB" {
    full
    noise 1000000 7 | awk -F, 'BEGIN { print "value" } NR > 1 { x = 0.9 * x + $2 - 60; printf "%.4f\n", x }' >in
    good within 400000 s in
    between 0 "$(count subseq_flag 1 <out)" 8100
}

@test "the recording: the storm of context switches is found by itself" {
    good s -f ctxt_per_s -a "$ROOT/tests/data/host/host.csv.gz"
    # one process each of two passed bytes to and fro from 05:09:52 to 05:10:42
    grep -q '^2026-11-21T05:10:' out || fail "not found"
    between 20 "$(sed 1d out | wc -l)" 1200
}

@test "no state: what is learnt is kept in models" {
    wave 100 >in
    exits 2 s -S st in
    exits 2 s --no-learn in
    [ ! -e st ] || fail "a state"
}
