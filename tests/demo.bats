#!/usr/bin/env bats
# scripts/demo, and the two small programs it is made of.

load helper

# The demo makes and runs build/bin whatever AD_BIN is.
demo() {
    [ -z "${AD_SLOW:-}" ] || skip "the demo is about the plain build"
    good in_turn "$ROOT/scripts/demo"
}

@test "the demo finds at least half of the faults, from any folder, in 90 lines of 80 columns" {
    demo
    faults=$(($(wc -l <"$ROOT/tests/data/host/labels.csv") - 1))
    found=$(sed -n 's/^\([0-9]*\) of \([0-9]*\) faults found, \([0-9]*\) missed;.*/\1 \2 \3/p' out)
    read -r hit all missed <<<"$found"
    equal "$all" "$faults"
    equal $((hit + missed)) "$faults"
    between $(((faults + 1) / 2)) "$hit" "$faults"
    between 1 "$(wc -l <out)" 90
    ! LC_ALL=C.UTF-8 grep -nE '^.{81}' out || fail "too wide"
    ! grep -q $'\033' out || fail "colours"
    tail -n 5 out | grep -q 'scripts/record-host .*| build/bin/ad-zscore '
}

@test "every fault has its line in the demo" {
    demo
    sed 1d "$ROOT/tests/data/host/labels.csv" | while IFS=, read -r start _ kind; do
        time=${start#*T}
        grep -qE "^$kind +${time%Z} +([0-9]+ s [a-z0-9_]+ +[a-z0-9_]+ [0-9.]+k? \(.*\)|missed)\$" out ||
            fail "no line of $kind"
    done
}

@test "the pipeline that the demo shows prints what it says" {
    demo
    mv out said
    sed -n '/^    gzip/,/^$/p' said | sed '/^$/q' >pipeline
    (cd "$ROOT" && sh) <pipeline >out
    [ "$(wc -l <out)" -gt 8 ]
    sed -n '/^fault /,/^  .* half hour/p' said >want
    same want out
}

@test "the picture in the demo is what its pipeline makes, and the report is written" {
    demo
    mv out said
    sed -n '/^    gzip.*cut/,/^$/p' said >pipeline
    (cd "$ROOT" && sh) <pipeline >out
    [ "$(wc -l <out)" -gt 30 ]
    sed -n '/^ctxt_per_s /,/^$/p' said | sed '$d' >want
    same want out
    for name in ctxt_per_s lo_rx_kb_s tcp_opens_per_s; do
        grep -q "$name" "$ROOT/build/host.html" || fail "no $name in the report"
    done
}

@test "log-medians: a record of ten seconds, at the time of its last" {
    # By hand; logarithms: jq -n '2, 4.5 | log' prints 0.6931471805599453 1.5040773967762742
    capture "$ROOT/scripts/log-medians" - <<'END'
timestamp,a,b
2026-01-01T00:00:01Z,1,9
2026-01-01T00:00:02Z,5,
2026-01-01T00:00:09Z,0,
2026-01-01T00:00:10Z,1,
2026-01-01T00:00:11Z,3,
2026-01-01T00:00:13Z,4,
2026-01-01T00:01:11Z,1,1
END
    equal "$status" 0
    out_is <<'END'
timestamp,a,b
2026-01-01T00:00:10Z,0.693147,2.30259
2026-01-01T00:00:13Z,1.50408,
2026-01-01T00:01:11Z,0.693147,0.693147
END
}

@test "log-medians: long=1 has a record for each field" {
    printf 'timestamp,a,b\n2026-01-01T00:00:01Z,1,9\n2026-01-01T00:00:12Z,1,\n' |
        capture "$ROOT/scripts/log-medians" long=1
    out_is <<'END'
timestamp,metric,value
2026-01-01T00:00:01Z,a,0.693147
2026-01-01T00:00:01Z,b,2.30259
2026-01-01T00:00:12Z,a,0.693147
2026-01-01T00:00:12Z,b,
END
}

@test "log-medians: midnight, and seconds=60" {
    capture "$ROOT/scripts/log-medians" seconds=60 - <<'END'
timestamp,a
2026-01-01T23:59:01Z,0
2026-01-02T00:00:00Z,0
2026-01-02T00:00:01Z,0
2026-01-02T00:01:00Z,0
END
    out_is <<'END'
timestamp,a
2026-01-02T00:00:00Z,0
2026-01-02T00:01:00Z,0
END
}

# scored TIME FLAG: a row of field a, ln(1 + 9) = 2.302585 where ln(1 + 1) to ln(1 + 3) is normal
scored() {
    echo "2026-01-01T$1Z,2.302585,0.$((2 + 6 * $2)),$2,ok,a,1,0.693147,1.386294,6.9,a reason"
}

@test "match-labels: found, missed, delay, incidents outside" {
    cat >labels <<'END'
start,end,kind
2026-01-01T00:10:00Z,2026-01-01T00:11:00Z,early
2026-01-01T00:30:00Z,2026-01-01T00:31:00Z,late
END
    {
        echo timestamp,a,d_score,d_flag,d_state,d_field,d_expected,d_lower,d_upper,d_line,d_reason
        for m in 00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 2{0..9} 3{0..9} 4{0..9} 5{0..9}; do
            for s in 10 40; do
                case $m:$s in
                10:40 | 11:10) scored "00:$m:$s" 1 ;; # the first fault and a little longer: one incident
                20:10 | 20:40) scored "00:$m:$s" 1 ;; # one outside
                45:10) scored "00:$m:$s" 1 ;;         # another
                46:10) scored "00:$m:$s" 1 ;;         # a whole minute later: a third
                *) scored "00:$m:$s" 0 ;;
                esac
            done
        done
    } >scored
    good "$ROOT/scripts/match-labels" labels scored
    grep -qxE 'early +00:10:00 +40 s a +a 9.0 \(1.0..3.0\)' out
    grep -qxE 'late +00:30:00 missed' out
    grep -q '^1 of 2 faults found, 1 missed;' out
    # 5 of the 116 records outside of faults, 3 incidents in 0.99 hours
    grep -q '^Outside of faults: 3 incidents in 1.0 hours, 3.0 an hour;' out
    grep -q '^  4 % of the records; incidents in each half hour: 1 2\.$' out
    good "$ROOT/scripts/match-labels" labels <scored
}

@test "match-labels: nothing to match is an error" {
    echo start,end,kind >labels
    exits 1 "$ROOT/scripts/match-labels" labels </dev/null
    err_has 'no scored records'
}
