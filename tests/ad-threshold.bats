#!/usr/bin/env bats
# ad-threshold: every kind of limit on both sides of its boundary.
#
# contract: --dynamic=p0.2,p99.8 --warmup=20

load helper

t() { ad-threshold "$@"; }

# flags_of VALUES OPTION...: the flags of these values, in a row
flags_of() {
    local values=$1
    shift
    # shellcheck disable=SC2086
    printf '%s\n' $values | t --no-header "$@" >out 2>err || fail "status $?"
    cut -d, -f 3 <out | paste -sd ' '
}

# timed ROW...: a table of times and values
timed() {
    echo time,value
    printf '%s\n' "$@"
}

# --- limits that are given ---------------------------------------------------------------------

@test "--max and --min: the limit itself passes, what is beyond does not" {
    equal "$(flags_of '79.9 80 80.000001 1e300' --max=80)" '0 0 1 1'
    equal "$(flags_of '10.1 10 9.999999 -1e300' --min=10)" '0 0 1 1'
    equal "$(flags_of '9 10 80 81' --min=10 --max=80)" '1 0 0 1'
    equal "$(flags_of '-1 0 1' --max=0)" '0 0 1'
}

@test "the score is a half at the limit, and two thirds a margin beyond" {
    # S = S0 (1 + d / margin), score = S / (S + S0)
    printf '%s\n' 80 80.000001 100 240 | t --no-header --max=80 | cut -d, -f 2 >got
    same got - <<<$'0.498998\n0.5\n0.555556\n0.75'
    printf '%s\n' 150 | t --no-header --max=100 --min=50 | same - <(echo 150,0.666667,1)
    printf '%s\n' 110 | t --no-header --max=100 --margin=10 | same - <(echo 110,0.666667,1)
    printf '%s\n' 0.5 | t --no-header --max=0 | same - <(echo 0.5,0.6,1)
}

@test "--direction leaves out the other side" {
    equal "$(flags_of '9 50 81' --min=10 --max=80 --direction=up)" '0 0 1'
    equal "$(flags_of '9 50 81' --min=10 --max=80 --direction=down)" '1 0 0'
    equal "$(flags_of '50 90 50' --max-delta=10 --direction=up)" '0 1 0'
}

@test "reasons tell the limit and the kind" {
    printf '%s\n' 50 81 9 50 50 | t --no-header --min=10 --max=80 --stuck=2 -x -o tsv | cut -f 10 >got
    same got - <<'END'

1 81 is above 80, the most that passes as normal
1 9 is below 10, the least that passes as normal

1 50: the same value for too long (stuck)
END
}

@test "a limit is a limit for each of several fields" {
    printf 'a,b,c\n80,10,80\n80,10,81\n80,9,0\n' | t --min=0 --max=80 -f a,b,c | cut -d, -f 5 |
        paste -sd ' ' | same - <(echo threshold_flag 0 1 0)
    printf 'a,b\n1,2\n' | t --max=1 --each -f a,b | same - <(
        printf '%s\n' a,b,a_threshold_score,a_threshold_flag,b_threshold_score,b_threshold_flag \
            1,2,0.498998,0,0.666667,1
    )
}

@test "without any limit it says what there is" {
    exits 2 t </dev/null
    err_has 'give a limit: --min, --max,'
    good t --gap=5m </dev/null
}

# --- changes, repetitions, silence -------------------------------------------------------------

@test "--max-delta: from one value to the next" {
    equal "$(flags_of '1 11 21.1 11.1 11.1' --max-delta=10)" '0 0 1 0 0'
    equal "$(flags_of '5 5 6' --max-delta=0)" '0 0 1'
}

@test "--max-pct: in percent of the value before, which may not be 0" {
    equal "$(flags_of '100 110 99 88 0 50' --max-pct=10)" '0 0 0 1 1 0'
    equal "$(flags_of '-100 -110 -122' --max-pct=10)" '0 0 1'
}

@test "--max-rate: per second" {
    timed 1000,0 1010,100 1020,201 1020,999 >in
    good t --max-rate=10 <in
    equal "$(column threshold_flag <out | paste -sd ' ')" '0 0 1 0'
    exits 2 t --max-rate=10 < <(printf 'value\n1\n')
    err_has '--max-rate needs a time field'
}

@test "--stuck: by number, and by duration" {
    equal "$(flags_of '7 7 7 7 8 8 8' --stuck=4)" '0 0 0 1 0 0 0'
    timed 1000,5 1030,5 1059,5 1060,5 1070,6 1129,6 1130,6 >in
    good t --stuck=60s <in
    equal "$(column threshold_flag <out | paste -sd ' ')" '0 0 0 1 0 0 1'
    # a missing value is no other value
    equal "$(flags_of '7 NA 7' --stuck=2)" '0  1'
}

@test "--gap: silence is a limit, too" {
    timed 1000,5 1060,5 1121,5 >in
    good t --gap=60s -x <in
    equal "$(column threshold_flag <out | paste -sd ' ')" '0 0 1'
    equal "$(column threshold_state <out | paste -sd ' ')" 'ok ok nodata'
    column threshold_reason <out | tail -n 1 | same - <(echo 'value 5: the first after a silence that was too long (gap)')
}

# --- percentiles -------------------------------------------------------------------------------

@test "--dynamic: percentiles of what came before" {
    # 1..1000: R's quantile(1:1000, c(.01, .99), type = 5) is 10.5, 990.5
    { awk 'BEGIN { for (i = 0; i < 1000; i++) print i * 617 % 1000 + 1 }' && printf '%s\n' 5 20 980 996; } >in
    good t --no-header --dynamic=p1,p99 -x <in
    equal "$(cut -d, -f 3 <out | tail -n 4 | paste -sd ' ')" '1 0 0 1'
    # the bounds in force, within a rank of five
    tail -n 4 out | awk -F, '{ if ($7 < 5.5 || $7 > 15.5 || $8 < 985.5 || $8 > 995.5) { print; bad = 1 } } END { exit bad }' ||
        fail bounds
    equal "$(cut -d, -f 4 <out | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd ' ')" '904ok 100warmup'
    good t --no-header --dynamic=99 <in
    equal "$(cut -d, -f 3 <out | tail -n 4 | paste -sd ' ')" '0 0 0 1'
    for wrong in p p50,p99 0,99 p1,p100 p1,p2 x 1,99,99.9 ,99; do
        exits 2 t "--dynamic=$wrong" </dev/null
        err_has --dynamic
    done
}

@test "--dynamic forgets what lies behind --window" {
    { seq 1 500 && seq 10001 10500; } | t --no-header --dynamic=p99 --window=100 >out
    equal "$(tail -n 200 out | awk -F, '$2 < 0.4' | wc -l)" 0
    { seq 1 500 && yes 10 | head -n 500; } | t --no-header --dynamic=p99 --window=100 -x | tail -n 1 |
        cut -d, -f 8 | same - <(echo 10)
}

# --- contexts ----------------------------------------------------------------------------------

limits_file() {
    cat <<'END'
host,metric,weekdays,hours,min,max
web1,load,Mon-Fri,09:00-17:00,,8
web1,load,,,,4
,load,,,0,2
,,Sat-Sun,,,50
END
}

@test "--limits: the most specific row counts" {
    limits_file >limits.csv
    # 2024-03-04 is a Monday, 2024-03-09 a Saturday
    cat >in <<'END'
time,host,metric,value
2024-03-04T10:00:00,web1,load,8
2024-03-04T10:00:00,web1,load,8.1
2024-03-04T17:00:00,web1,load,4.1
2024-03-09T10:00:00,web1,load,4
2024-03-04T10:00:00,web2,load,2.1
2024-03-04T10:00:00,web2,load,-1
2024-03-09T10:00:00,web2,temp,51
2024-03-04T10:00:00,web2,temp,51
2024-03-04T10:00:00,web2,temp,101
END
    good t --limits=limits.csv --max=100 <in
    equal "$(column threshold_flag <out | paste -sd ' ')" '0 1 1 0 1 1 1 0 1'
    # by the wall clock of the zone: 16:30 in Berlin is within office hours
    good t --limits=limits.csv --tz=Europe/Berlin < <(printf 'time,host,metric,value\n%s\n' \
        2024-03-04T15:30:00Z,web1,load,5 2024-03-04T16:30:00Z,web1,load,5)
    equal "$(column threshold_flag <out | paste -sd ' ')" '0 1'
    to_json <in >in.json
    good t --limits=limits.csv --max=100 -t time in.json
    equal "$(grep -o '_flag":[a-z]*' out | cut -d: -f2 | paste -sd ' ')" \
        'false true true false true true true false true'
}

@test "--limits: a thousand rows and groups" {
    { echo host,max && for i in {1..1000}; do echo "h$i,$i"; done; } >limits.csv
    { echo host,value && for i in {1000..1}; do echo "h$i,$i"; echo "h$i,$((i + 1))"; echo "x$i,9999"; done; } >in
    good t --limits=limits.csv -g host <in
    equal "$(column threshold_flag <out | paste -sd '' | sed 's/\(010\)*//')" ''
}

@test "--limits: what is wrong with a table is told with its line" {
    printf 'host,value\na,1\n' >in
    wrong() {
        printf '%s\n' "${@:2}" >limits.csv
        exits 2 t --limits=limits.csv in
        err_has "limits.csv$1"
    }
    wrong ':2: min and max must be numbers' host,max a,x
    wrong ':3: min is above max' host,min,max a,1,2 b,3,2
    wrong ':2: hours are written like' host,hours,max a,25-26,2
    wrong ':3: ' host,max a,1 b
    exits 2 t --limits=limits.csv in
    printf 'host,most\na,1\n' >limits.csv
    exits 2 t --limits=limits.csv in
    err_has 'no column "min" or "max"'
    : >limits.csv
    exits 2 t --limits=limits.csv in
    err_has 'limits.csv: empty'
    exits 2 t --limits=none.csv in
    err_has none.csv
    printf 'hosts,max\na,1\n' >limits.csv
    exits 2 t --limits=limits.csv in
    err_has 'no field "hosts", did you mean "host"?'
    printf 'hours,max\n9-17,1\n' >limits.csv
    exits 2 t --limits=limits.csv in
    err_has 'needs a time field'
}

@test "--business-hours and --holidays multiply the limits" {
    printf '%s\n' BEGIN:VCALENDAR BEGIN:VEVENT 'DTSTART;VALUE=DATE:20240306' END:VEVENT END:VCALENDAR >days.ics
    timed 2024-03-04T08:59:59,51 2024-03-04T09:00:00,51 2024-03-04T16:59:59,101 \
        2024-03-04T17:00:00,50 2024-03-06T10:00:00,50 2024-03-06T10:00:00,51 >in
    good t --max=100 --business-hours='Mon-Fri 09:00-17:00' --off-hours=0.5 \
        --holidays=days.ics <in
    equal "$(column threshold_flag <out | paste -sd ' ')" '1 0 1 0 0 1'
    exits 2 t --max=1 --business-hours=never in
    err_has 'Mon-Fri 09:00-17:00'
    exits 2 t --max=1 --holidays=none.ics in
    err_has none.ics
}

# --- options -----------------------------------------------------------------------------------

@test "--alpha is refused where limits are fixed" {
    exits 2 t --max=1 -p 0.01 </dev/null
    err_has '--alpha: fixed limits have no probability'
    good t --dynamic=p99 -p 0.01 </dev/null
}

@test "options that make no sense are refused" {
    exits 2 t --min=2 --max=1 </dev/null
    err_has '--min is above --max'
    exits 2 t --stuck=1 </dev/null
    err_has --stuck
    exits 2 t --max=abc </dev/null
    err_has --max
}

@test "a state holds the value before, and the percentiles" {
    { echo value && for i in {1..600}; do echo $((i * 37 % 101)); done; } >in
    split() { head -n "$1" in >a && { echo value && tail -n +$(($1 + 1)) in; } >b; }
    good t --dynamic=p5,p95 --window=100 --max-delta=60 --stuck=2 <in && mv out whole
    for k in 2 99 101 333; do
        split $k
        rm -f st
        good t --dynamic=p5,p95 --window=100 --max-delta=60 --stuck=2 -S st <a && mv out first
        good t -S st <b
        { cat first && tail -n +2 out; } | same whole -
    done
}
