#!/usr/bin/env bats
# What ad-novelty computes. That its steps are those of the manual page is tested in unit/novelty.c
# against a program of its own; here is what comes of them.
#
# contract: --warmup=10

load helper

# The warm-up of 100 values as users have it.
n() { ad-novelty "$@"; }

# rhythm N [AWK]: N rows, one every five minutes, of a rhythm of days with noise; AWK may change x in
# row r
rhythm() {
    noise "$1" 4 step=300 mean=0 sd=1 | awk -F, -v OFS=, 'NR == 1 { print; next }
        { r = NR - 1; x = 200 + 50 * cos(6.2831853 * r / 288) + 3 * $2; '"${2:-}"'; print $1, x }'
}

# flags <OUT: the rows that are flagged
flags() {
    column novelty_flag | grep -n 1 | cut -d: -f 1
}

# --- what it finds -----------------------------------------------------------------------------

@test "a spike, once its range is known" {
    rhythm 3000 'if (r == 2500) x = 500' >in
    good n -x <in
    equal "$(flags <out | awk '$1 > 1500' | paste -sd ' ')" 2500
    sed -n 2501p out >got
    grep -qE ',"value 500 is above [0-9.]+, the most that passes as normal \(expected 1[0-9.]+\): ' got ||
        fail "$(cat got)"
}

@test "a value within the range where none has been" {
    (seq 2000 | awk '{ print $1 % 10 * 10 }' && echo 55) >in
    good n --no-header -x <in
    tail -n 1 out | cut -d, -f 3,10 | same - <(echo '1,1 55: nothing near it was seen before')
    good ad-zscore --no-header <in
    equal "$(tail -n 1 out | cut -d, -f 3)" 0
}

@test "an ordinary value at the wrong time of the day" {
    rhythm 6000 'if (r == 5760) x = 155' >in # the top of a day
    good n -x <in
    equal "$(flags <out | awk '$1 > 5000' | paste -sd ' ')" 5760
    # 250 was due; without times nothing is known of days, and 200 is the mean
    between 240 "$(column novelty_expected <out | sed -n '5760s/\..*//p')" 260
    cut -d, -f 2 in >untimed
    good n -x <untimed
    between 190 "$(column novelty_expected <out | sed -n '5760s/\..*//p')" 210
}

@test "a sensor that is stuck" {
    rhythm 6000 'if (r <= 5500) last = x; x = last' >in
    good n <in
    at=$(flags <out | awk '$1 > 5000' | head -n 1)
    between 5502 "$at" 5560
}

@test "more noise than ever, around the same level" {
    noise 6000 4 mean=200 sd=3 | awk -F, -v OFS=, 'NR > 5501 { $2 = 200 + 2.5 * ($2 - 200) } { print }' |
        sed '1s/.*/timestamp,value/' >in
    good n <in
    at=$(flags <out | awk '$1 > 5000' | head -n 1)
    between 5501 "$at" 5520
}

@test "a new level is one event, learnt at once" {
    rhythm 6000 'if (r >= 4000) x += 200' >in
    good n -x <in
    equal "$(flags <out | awk '$1 >= 4000' | head -n 1)" 4000
    between 1 "$(flags <out | awk '$1 >= 4000' | wc -l)" 8
    equal "$(count novelty_state shift <out)" 0
    # it would be the same without a rule for shifts, or with another
    mv out want
    for k in 0 3 500; do
        good n -x --shift-after=$k <in
        same want out
    done
}

@test "nothing is flagged in a rhythm that goes on as it was" {
    rhythm 12000 >in
    good n <in
    between 0 "$(flags <out | awk '$1 > 2000' | wc -l)" 3
    # all but one hundred values the same
    awk 'BEGIN { print "value"; for (i = 0; i < 5000; i++) print 0.1 + (i < 100 ? i / 10 : 0) }' >in
    good n <in
    between 0 "$(flags <out | awk '$1 > 200' | wc -l)" 2
}

# --- promises ----------------------------------------------------------------------------------

@test "it never looks ahead" {
    rhythm 2500 'if (r % 700 == 0) x += 90' >in
    good n -x <in
    mv out whole
    for k in 1 99 101 $((RANDOM % 2400)) $((RANDOM % 2400)) 2400; do
        head -n $((k + 1)) in >part
        good n -x <part
        head -n $((k + 1)) whole | same - out
    done
}

@test "unit and sign do not matter" {
    rhythm 3000 'if (r % 700 == 0) x += 90' >in
    good n <in
    column novelty_flag <out >want
    column novelty_score <out >score
    between 4 "$(grep -c 1 want)" 40
    for by in -1 0.001 1e9 -3.7e-50 1e60; do
        awk -F, -v OFS=, -v by=$by -v OFMT=%.17g 'NR > 1 { $2 = $2 * by; $2 = sprintf("%.17g", $2) } { print }' in >scaled
        good n <scaled
        column novelty_flag <out | same - want
        # raw = 0.022 score / (1 - score)
        column novelty_score <out | paste -d, - score | awk -F, '
            function raw(s) { return 0.022 * s / (1 - s) }
            $1 != "" { d = raw($1) - raw($2); if (d > 0.003 || d < -0.003) { print NR ": " $0; bad = 1 } }
            END { exit bad }' || fail "raw novelty differs by more than .003"
    done
}

# after SECONDS <OUT: how many rows are flagged in the two days after
after() {
    awk -F, -v t="$1" '$1 > t && $1 < t + 86400 * 2 && $4 == 1' | wc -l
}

@test "hours are those of the wall clock: a change to summer time is no event" {
    # 30 March 2025, 01:00 UTC: by Berlin's clock, a shop that opens at 9 and closes at 18
    noise 10000 4 step=300 start=1741600800 mean=0 sd=1 | TZ=Europe/Berlin awk -F, -v OFS=, '
        NR == 1 { print; next }
        { utc = $1 + 3600; if ($1 >= 1743296400) utc += 3600; h = int(utc / 3600) % 24
          print $1, 100 + (h >= 9 && h < 18 ? 400 : 0) + $2 }' >in
    good n --tz=Europe/Berlin <in
    equal "$(after 1743296400 <out)" 0
    good n --tz=UTC <in
    between 1 "$(after 1743296400 <out)" 20
}

@test "bounds are where flags begin" {
    rhythm 3000 'if (r % 350 == 0) x += 60' >in
    good n -x <in
    awk -F, 'NR > 1 && $4 != "" && $8 != "" {
            n++; outside = $2 < $8 || $2 > $9; flagged += $4
            if (outside != $4) { print; bad = 1 } }
        END { exit bad || n < 2500 || flagged < 3 }' out || fail "a value on the wrong side"
    column novelty_expected <out | tail -n +101 | grep -vqE '^-?[0-9.]+$' && fail "no expected value"
    return 0
}

@test "--direction: what is above, or below, what is expected" {
    rhythm 4000 'if (r == 2500) x = 500; if (r == 3500) x = 10' >in
    for pair in both:2500,3500 up:2500 down:3500; do
        good n --direction="${pair%:*}" <in
        equal "$(flags <out | awk '$1 == 2500 || $1 == 3500' | paste -sd ,)" "${pair#*:}"
    done
}

@test "missing values are not there" {
    rhythm 2000 >in
    awk 'NR == 1 || NR % 3 { print } NR > 1 && NR % 3 == 0 { sub(/,.*/, ","); print }' in >holes
    good n <holes
    grep -v ',,,$' out >got
    grep -v ',$' holes >rest
    good n <rest
    same got out
}

@test "late records are scored, by their own hour" {
    rhythm 2000 | awk -F, -v OFS=, 'NR > 1500 && NR % 50 == 0 { $1 -= 7200 } { print }' >in
    good n --stats=st.json <in
    equal "$(column novelty_score <out | grep -c .)" 1900
    grep -qE '"late":10\b' st.json || fail "$(cat st.json)"
}

# AD_NAB is its data folder, which lies beside labels; AD_NAB_SCORE a scorer as in bench/nab.py.
@test "the Numenta benchmark" {
    [ -n "${AD_NAB:-}" ] && [ -n "${AD_NAB_SCORE:-}" ] || skip "AD_NAB and AD_NAB_SCORE are not set"
    export AD_BIN
    good python3 "$ROOT/tests/bench/nab.py" "$AD_NAB/.." results "$AD_NAB_SCORE"
    awk '$1 == "standard" { a = $2 } $1 == "low_FP" { b = $2 } $1 == "low_FN" { c = $2 }
        END { exit !(a >= 82 && b >= 76 && c >= 86) }' out || fail "less than 82, 76, 86"
    # unit and sign: the same flags, and raw novelties that differ by less than .003
    local by file
    for file in "$AD_NAB"/*/*.csv; do
        good n <"$file"
        column novelty_score <out >score
        column novelty_flag <out >flag
        for by in -1 1000 0.001; do
            awk -F, -v OFS=, -v by=$by 'NR > 1 { $2 = sprintf("%.17g", $2 * by) } { print }' "$file" >scaled
            good n <scaled
            column novelty_flag <out | same flag -
            column novelty_score <out | paste -d, - score | awk -F, '
                function raw(s) { return 0.022 * s / (1 - s) }
                $1 != "" { d = raw($1) - raw($2); if (d * d > 9e-6) { print; exit 1 } }' || fail "$file, $by"
        done
    done
}

# --- options -----------------------------------------------------------------------------------

@test "--warmup: so many values before the first score" {
    rhythm 300 >in
    for k in 5 100 250; do
        good n --warmup=$k -x <in
        equal "$(count novelty_state warmup <out)" $k
    done
}

@test "--rows-per-day: windows of the same time, whatever the rate" {
    # a value a minute: half an hour that varies as never before is over before 48 rows notice
    noise 20000 4 mean=200 sd=3 | awk -F, -v OFS=, 'NR > 15000 && NR < 15400 { $2 = 200 + 1.9 * ($2 - 200) } { print }' |
        sed '1s/.*/timestamp,value/' >in
    good n <in && mv out five
    good n --rows-per-day=1440 <in
    differ five out
    good n --rows-per-day=288 <in
    same five out
}

@test "a state is of one kind" {
    rhythm 300 >in
    good n -S st <in
    for option in --sketch=64 --rows-per-day=1440 --warmup=50; do
        exits 2 n -S st $option <in
        err_has "${option%=*}"
    done
}

@test "options out of range" {
    for option in --sketch=15 --sketch=5000 --rows-per-day=0 --rows-per-day=1e7 --warmup=4 --warmup=x; do
        exits 2 n $option </dev/null
        err_has "${option%=*}"
    done
}

@test "a series takes at most 8 KB" {
    [ -z "${AD_SLOW:-}" ] || skip "sanitizers and valgrind take memory of their own"
    tool=ad-novelty
    seq 400000 | awk 'BEGIN { print "host,value" } { print $1 % 20000 "," $1 * 7919 % 997 }' >in
    # 20,000 of them, and 20 MB for everything else
    within $((20000 * 8 + 20000)) ad-novelty -g host in >out
    equal "$(wc -l <out)" 400001
}
