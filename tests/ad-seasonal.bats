#!/usr/bin/env bats
# What is special about ad-seasonal. What it shares with other tools is in contract.bats, stream.bats
# and state.bats; expected numbers are in tests/unit/seasonal.c.

load helper

# season DAYS STEP [AWK-ASSIGNMENT...]: a metric with a rhythm, see season.awk
season() {
    local days=$1 step=$2 v vars=()
    shift 2
    for v; do vars+=(-v "$v"); done
    awk -v days="$days" -v step="$step" "${vars[@]}" -f "$ROOT/tests/random.awk" -f "$ROOT/tests/season.awk"
}

# changes ZONE FROM TO: the offsets of season.awk, as the system's tzdata has them, to the half hour
changes() {
    seq "$2" 1800 "$3" | sed 's/^/@/' | TZ=$1 date -f - '+%s %z' | awk '{
        now = (substr($2, 2, 2) * 3600 + substr($2, 4, 2) * 60) * (substr($2, 1, 1) "1")
        if (NR == 1 || now != ahead) printf "%s%s:%s", NR == 1 ? "" : ",", $1, now
        ahead = now }'
}

# The days since January 1, 2024 of records.
days_of() { awk -F, '{ print int(($1 - 1704067200) / 86400) }'; }

@test "after two weeks six deviations are told, and ordinary values flagged as often as alpha says" {
    local step rows
    for step in 300 1800; do
        season $((step == 300 ? 200 : 1100)) $step >in
        good ad-seasonal <in
        rows=$(tail -n +$((14 * 86400 / step + 2)) out | wc -l)
        [ "$rows" -gt 50000 ] || fail "too few"
        flagged=$(tail -n +$((14 * 86400 / step + 2)) out | grep -c ',1$')
        # 0.27 % within a factor of two
        between $((rows * 27 / 20000)) "$flagged" $((rows * 54 / 10000))
        season 45 $step six=41 seed=7 >in
        good ad-seasonal -f value <in
        sixes=$(grep -c ',1,[0-9.]*,[01]$' out)
        told=$(grep -c ',1,[0-9.]*,1$' out)
        [ "$sixes" -gt 30 ] || fail "no case"
        between $((sixes * 95 / 100)) "$told" "$sixes"
    done
}

@test "clocks that change raise nothing: three years by the hour, a trend, a level shift" {
    local place at from=1704067200
    for place in Europe/Berlin America/New_York Australia/Lord_Howe; do
        at=$(changes $place $from $((from + 1096 * 86400)))
        season 1096 3600 "offsets=$at" slope=0.05 shift_day=500 shift=40 >in
        good ad-seasonal --tz=$place -x -p 1e-6 <in
        # nothing but the shift: twenty records, the last of which says so
        equal "$(count seasonal_flag 1 <out)" 20
        equal "$(count seasonal_state shift <out)" 1
        equal "$(tail -n +2 out | grep ',shift,' | days_of)" 500
        # and with the wrong clock there is a lot to say
        good ad-seasonal --tz=UTC -p 1e-6 <in
        [ "$(count seasonal_flag 1 <out)" -gt 25 ] || fail "the change does not show"
    done
}

@test "clocks that change raise nothing: every half hour and every five minutes" {
    local place step from at
    for place in Europe/Berlin America/New_York; do
        for from in 1707955200 1726790400; do # six weeks before the last changes of the year 2024
            for step in 1800 300; do
                at=$(changes $place $from $((from + 60 * 86400)))
                season 60 $step "offsets=$at" start=$from >in
                good ad-seasonal --tz=$place -p 1e-6 <in
                equal "$(count seasonal_flag 1 <out)" 0
                good ad-seasonal --tz=UTC -p 1e-6 <in
                [ "$(count seasonal_flag 1 <out)" -gt 3 ] || fail "the change does not show"
            done
        done
    done
}

@test "a day without records raises nothing but one nodata" {
    local step
    for step in 1800 300; do
        season 40 $step skip_day=25 >in
        good ad-seasonal --gap=2h -x -p 1e-5 <in
        equal "$(count seasonal_flag 1 <out)" 0
        equal "$(count seasonal_state nodata <out)" 1
    done
}

@test "the 29th of February is a day like others" {
    season 90 3600 start=1704067200 >in
    good ad-seasonal -p 1e-5 <in
    equal "$(count seasonal_flag 1 <out)" 0
}

@test "seasons in rows: every record counts, also a missing one" {
    awk 'BEGIN { print "value"
        for (i = 0; i < 400; i++) print i % 37 == 5 ? "NA" : (i % 8 == 0) * 50 + i * 7 % 5 }' >in
    good ad-seasonal --period=8 <in
    equal "$(count seasonal_flag 1 <out)" 0
    # one row less, and the phases are wrong for as long as it takes to learn
    sed 200d in >slipped
    good ad-seasonal --period=8 <slipped
    [ "$(count seasonal_flag 1 <out)" -gt 1 ] || fail "it did not slip"
}

@test "records in no order and at any distance do not matter" {
    season 60 600 | awk 'NR == 1 { print; next } { s = (s * 16807 + NR) % 2147483647 }
        s % 3 { print } s % 41 == 0 { late = $0 } s % 53 == 0 && late { print late; late = "" }' >in
    good ad-seasonal --stats=st -p 1e-5 <in
    equal "$(count seasonal_flag 1 <out)" 0
    [ "$(sed 's/.*"late":\([0-9]*\).*/\1/' st)" -gt 20 ] || fail "none was late"
}

@test "a level that shifts is told once, and the seasons stay" {
    season 60 1800 shift_day=30 shift=100 >in
    good ad-seasonal -x -p 1e-5 <in
    equal "$(count seasonal_state shift <out)" 1
    equal "$(count seasonal_flag 1 <out)" 20
    # the next day is judged by a profile, not by the spread of all
    tail -n +$((31 * 48 + 2)) out | awk -F, '$9 - $8 > 50 { print; bad = 1 } END { exit bad }' ||
        fail "the profiles are gone"
}

@test "--trend follows a slope" {
    season 60 1800 slope=12 sd=1 >in
    good ad-seasonal -p 1e-5 --half-life=7d -x <in && mv out plain
    good ad-seasonal -p 1e-5 --half-life=7d -x --trend <in
    equal "$(count seasonal_flag 1 <out)" 0
    error() { tail -n 480 "$1" | awk -F, '{ d = $2 - $7; s += d * d } END { printf "%d", s / NR * 100 }'; }
    [ "$(error out)" -lt "$(error plain)" ] || fail "no better: $(error out), $(error plain)"
    # forecasts follow it, less and less: in a week by most of the 84 that it rises by, in a year by
    # less than a fourth of 4380
    good ad-seasonal --half-life=24h --trend --forecast=17520 <in
    equal "$(awk -F, 'NR == 337 { week = $3 } NR == 17521 { year = $3 } NR == 2 { now = $3 }
        END { print (week - now > 70 && week - now < 84), (year - now > 500 && year - now < 1095) }' out)" "1 1"
    good ad-seasonal --half-life=24h --forecast=337 <in
    awk -F, 'NR == 2 { now = $3 } END { exit !(($3 - now) ^ 2 < 100) }' out || fail "a slope without --trend"
}

@test "hardly anything is flagged before each season has been seen once" {
    season 8 1800 sd=0.1 >in
    good ad-seasonal <in
    equal "$(count seasonal_flag 1 <out)" 0
    sed '100s/,.*/,1e6/' in >spike
    good ad-seasonal <spike
    equal "$(count seasonal_flag 1 <out)" 1
}

@test "cron: ten runs over a growing file say what one pass says" {
    season 30 1800 shift_day=20 shift=50 >all
    good ad-seasonal -x <all && mv out want
    : >got
    local k
    for k in 1 2 3 4 5 6 7 8 9 10; do
        head -n $((1 + 144 * k)) all >log.csv.new
        if [ -e log.csv ]; then tail -n +$((2 + 144 * (k - 1))) log.csv.new >>log.csv; else mv log.csv.new log.csv; fi
        good ad-seasonal -x -S st --resume log.csv
        cat out >>got
    done
    same want got
}

# readme WORD: the line of the README's pipelines that has it
readme() {
    grep "^    .*ad-seasonal.* $1" "$ROOT/README.md" | sed 's/^ *//'
}

@test "the README's line for cron, ten times over a growing file" {
    season 30 1800 shift_day=20 shift=50 six=41 |
        awk -F, -v OFS=, 'NR == 1 { print "timestamp,host,value"; next } { print $1, "a", $2; print $1, "b", -$2 }' >all
    local k line
    line=$(readme --resume)
    [ "$(wc -l <<<"$line")" = 1 ] && [ -n "$line" ] || fail "no such line"
    for k in 1 2 3 4 5 6 7 8 9 10; do
        if [ $k = 1 ]; then head -n 289 all >metrics.csv; else sed -n "$((288 * (k - 1) + 2)),$((288 * k + 1))p" all >>metrics.csv; fi
        good bash -c "$line"
    done
    same all metrics.csv
    # in one pass, as the line has it but for the state
    line=$(sed 's/ -S [^ ]* --resume//; s/>>.*//' <<<"$line")
    good bash -c "$line"
    [ "$(wc -l <out)" -gt 50 ] || fail "nothing unusual"
    same out unusual.csv
}

@test "the README's line for tail, live" {
    [ -d /proc/self/fd ] || skip "no /proc"
    season 14 1800 shift_day=12 shift=50 |
        awk -F, 'NR > 1 { print "{\"timestamp\":" $1 ",\"host\":\"a\",\"value\":" $2 "}" }' >all
    local line pid tail
    line=$(readme "-S live.state")
    [ "$(wc -l <<<"$line")" = 1 ] && [ -n "$line" ] || fail "no such line"
    echo '{"timestamp":1704060000,"host":"a","value":1e9}' >metrics.ndjson # was there before
    bash -c "$line" >live 3>&- &
    pid=$!
    eventually pgrep -P $pid tail
    tail=$(pgrep -P $pid tail)
    follows() { find "/proc/$tail/fd" -lname "*metrics.ndjson" | grep -q .; }
    eventually follows
    sleep 0.3 # it has opened the file, and goes to its end
    head -n 600 all >>metrics.ndjson
    good ad-seasonal -g host -a --tz=Europe/Berlin < <(head -n 600 all)
    [ -s out ] || fail "nothing unusual"
    eventually cmp out live
    kill "$tail"
    wait $pid || true
    # and the next run goes on with what this one has learnt
    good ad-seasonal -g host -S live.state -a --tz=Europe/Berlin < <(tail -n +601 all)
    cat live out >both
    good ad-seasonal -g host -a --tz=Europe/Berlin <all
    same out both
}

@test "a pipe that is read live: a state is kept, and the next run goes on with it" {
    season 12 1800 >all
    good ad-seasonal -x <all && mv out want
    mkfifo pipe
    ad-seasonal -x -S st <pipe >first 3>&- &
    local pid=$!
    exec 9>pipe
    head -n 400 all >&9
    eventually grep -q "^$(sed -n 400p all)," first
    exec 9>&-
    wait $pid
    good ad-seasonal -x -S st < <(head -n 1 all && tail -n +401 all)
    { cat first && tail -n +2 out; } | same want -
}

@test "what --period takes" {
    noise 50 >in
    good ad-seasonal --period=7d,24h <in
    good ad-seasonal --period=none <in
    good ad-seasonal --period=60 <in
    local bad
    for bad in 1 0 -3 24h,60 1.5 '24h,' ',24h' 24h,24h week 1h,2h,3h,4h,5h 10ms; do
        exits 2 ad-seasonal --period="$bad" </dev/null
        [ ! -s out ] || fail output
    done
    exits 2 ad-seasonal --period=24h < <(printf 'value\n1\n2\n')
    err_has "--period with a duration needs a time field"
    exits 2 ad-seasonal --half-life=10 </dev/null
    err_has --half-life
}

# Three holidays of one event: days 19737, 19751, 19765 since 1970, Mondays.
holidays_file() {
    printf '%s\r\n' BEGIN:VCALENDAR BEGIN:VEVENT 'DTSTART;VALUE=DATE:20240115' \
        'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4' 'EXDATE:20240212' 'RDATE:20240226' END:VEVENT END:VCALENDAR
}

@test "--holidays: those days have a profile of their own, and do not teach the others" {
    holidays_file >days.ics
    season 70 1800 lazy="19737 19751 19779" >in
    good ad-seasonal -p 1e-5 <in && mv out plain
    good ad-seasonal -p 1e-5 --holidays=days.ics -x <in
    [ "$(count seasonal_flag 1 <plain)" -gt 30 ] || fail "no holiday shows"
    equal "$(count seasonal_flag 1 <out)" 0
    # the second one is expected to be as the first was: at noon about 110, not 165
    noon=$(awk -F, -v t=$((19751 * 86400 + 43200)) '$1 == t { print int($7) }' out)
    between 95 "$noon" 125
    # and the state knows the file
    good ad-seasonal -S st --holidays=days.ics <in
    good ad-seasonal -S st < <(head -n 1 in)
    rm days.ics
    exits 2 ad-seasonal -S st <in
    err_has days.ics
}

@test "--holidays: what cannot be" {
    printf 'timestamp,value\n0,1\n' >in
    exits 2 ad-seasonal --holidays=none.ics in
    err_has "none.ics: No such file"
    exits 2 ad-seasonal --holidays=in in
    err_has "not an iCalendar file"
    holidays_file | sed 's/WEEKLY/HOURLY/' >bad.ics
    exits 2 ad-seasonal --holidays=bad.ics in
    err_has 'bad.ics: a rule that is not understood: "RRULE:FREQ=HOURLY'
    holidays_file >days.ics
    exits 2 ad-seasonal --holidays=days.ics --period=288 in
    err_has --holidays
    exits 2 ad-seasonal --holidays=days.ics < <(printf 'value\n1\n')
    err_has "--holidays needs a time field"
}

@test "--period=auto finds the day and the week, or a period of rows, or nothing" {
    season 40 1800 >in
    good ad-seasonal --period=auto -p 1e-5 -x <in
    # the first weekend comes before the week is known: one shift
    between 1 "$(count seasonal_flag 1 <out)" 20
    # at the end it knows Saturday noon from Friday noon, like one that was told
    tail -n 200 out >found
    good ad-seasonal -p 1e-5 -x <in
    tail -n 200 out | paste -d, found - |
        awk -F, '{ d = $7 - $18; s += d * d } END { exit s / NR > 9 }' || fail "other expectations"
    # without times it is the default
    awk 'BEGIN { print "value"; for (i = 0; i < 700; i++) print (i % 24 < 3) * 50 + i * 7 % 5 + (i == 660) * 25 }' >rows
    good ad-seasonal <rows
    equal "$(sed -n 662p out | sed 's/.*,//')" 1
    equal "$(tail -n 500 out | grep -c ',1$')" 1
    good ad-seasonal --period=none <rows
    equal "$(sed -n 662p out | sed 's/.*,//')" 0
    # and noise has no season
    noise 1500 3 bare=1 | sed 1i\\value >flat
    good ad-seasonal -x <flat
    tail -n 1200 out >found
    good ad-seasonal --period=none -x <flat
    tail -n 1200 out | same found -
}

@test "--period=auto: a state goes on exactly" {
    season 30 1800 >in
    good ad-seasonal --period=auto -x <in && mv out want
    local k
    for k in 60 127 128 700 1300; do
        rm -f st
        good ad-seasonal --period=auto -x -S st < <(head -n $k in)
        mv out first
        good ad-seasonal -x -S st < <(head -n 1 in && tail -n +$((k + 1)) in)
        { cat first && tail -n +2 out; } | same want -
    done
}

@test "--stl takes the series apart as R does: nottem" {
    # tests/data/seasonal/make.R
    { echo value && tail -n +2 "$ROOT/tests/data/seasonal/nottem-robust.csv" | cut -d, -f1; } >in
    good ad-seasonal --stl --period=12 -x <in
    tail -n +2 out | paste -d, - <(tail -n +2 "$ROOT/tests/data/seasonal/nottem-robust.csv") |
        awk -F, '{ d = $6 - ($(NF - 1) + $NF); if (d * d > 1e-12) { print; exit 1 } }' || fail "not R's"
}

@test "--stl: sixes are told, few others; a group is as good as a file" {
    season 60 1800 six=61 >in
    good ad-seasonal --stl -f value <in
    equal "$(grep -c ',1,[0-9.]*,1$' out)" "$(grep -c ',1,[0-9.]*,[01]$' out)"
    between 0 "$(grep -c ',0,[0-9.]*,1$' out)" 16
    tail -n +2 out | sed 's/.*,\([^,]*,[^,]*\)$/\1/' >alone
    awk -F, 'NR == 1 { print "host," $0; next } { print "a," $0; print "b," $0 }' in >two
    good ad-seasonal --stl -f value -g host <two
    grep ^b out | sed 's/.*,\([^,]*,[^,]*\)$/\1/' | same alone -
    # missing and absent records are bridged
    awk -F, -v OFS=, 'NR % 50 == 7 { $2 = "" } NR == 1 || NR % 90' in >holes
    good ad-seasonal --stl -f value <holes
    between 0 "$(grep -c ',0,[0-9.]*,1$' out)" 16
}

@test "--stl finds seasons, and does without" {
    noise 700 2 bare=1 sd=1 | awk 'BEGIN { print "value" }
        { i = NR - 1; print $1 + (i % 24 < 3) * 50 + (i == 660) * 25 }' >in
    good ad-seasonal --stl <in
    equal "$(sed -n 662p out | sed 's/.*,//')" 1
    between 1 "$(grep -c ',1$' out)" 6
    noise 30 1 spike_at=20 spike=100 >in
    good ad-seasonal --stl <in
    equal "$(sed -n 21p out | sed 's/.*,//')" 1
    good ad-seasonal --stl < <(printf 'value\n1\n2\n')
    equal "$(tail -n 1 out)" 2,,
    good ad-seasonal --stl < <(printf 'value\nNA\n')
}

@test "--stl: a model judges later data, a state is refused" {
    season 40 1800 >in
    good ad-seasonal --stl --fit -m m <in
    [ ! -s out ] || fail output
    # the ten days that follow
    season 50 1800 | awk -F, -v OFS=, 'NR == 1 || NR > 1921 { if (NR == 2100) $2 += 40; print }' >later
    good ad-seasonal --stl -m m -p 1e-5 -x <later
    equal "$(count seasonal_flag 1 <out)" 1
    exits 2 ad-seasonal --stl -S st <in
    err_has "needs all data"
    exits 2 ad-seasonal -m m <in --trend
    exits 2 ad-seasonal --stl --holidays=none </dev/null
}

@test "--holt-winters expects what R does, and judges the errors" {
    # tests/data/seasonal/make.R
    { echo value && tail -n +2 "$ROOT/tests/data/seasonal/co2-best.csv" | cut -d, -f1; } >in
    good ad-seasonal --holt-winters=additive --period=12 -x <in
    equal "$(count seasonal_state warmup <out)" 12
    tail -n +14 out | paste -d, - <(tail -n +14 "$ROOT/tests/data/seasonal/co2-best.csv") |
        awk -F, '{ d = $6 - $NF; if (d * d > 1e-3) { print; exit 1 } }' || fail "not R's"
    good ad-seasonal --holt-winters=multiplicative --period=12 --fit -m m <in
    good ad-seasonal --holt-winters=multiplicative -m m -x < <(printf 'value\n365.5\n400\n')
    equal "$(column seasonal_flag <out | tr '\n' ' ')" "0 1 "
    season 60 1800 six=61 >in
    good ad-seasonal --holt-winters=additive -f value <in
    equal "$(grep -c ',1,[0-9.]*,1$' out)" "$(grep -c ',1,[0-9.]*,[01]$' out)"
    between 0 "$(grep -c ',0,[0-9.]*,1$' out)" 30
    exits 2 ad-seasonal --holt-winters=additive --stl <in
    err_has "either --stl or --holt-winters"
    exits 2 ad-seasonal --holt-winters=additive -S st <in
    err_has "needs all data"
}

# series N LENGTH PERIOD: that many groups of noise on a rhythm of rows
series() {
    awk -v n="$1" -v length_="$2" -v period="$3" -f "$ROOT/tests/random.awk" -f <(echo 'BEGIN {
        begin(5); print "g,value"
        for (g = 0; g < n; g++) for (i = 0; i < length_; i++) print g "," gaussian() + 10 * (i % period) }')
}

@test "--stl, --holt-winters: ordinary values are flagged as often as alpha says" {
    series 400 240 24 >in
    local way
    for way in --stl --holt-winters=additive; do
        good ad-seasonal $way --period=24 -g g <in
        # 0.27 % of 96000, within a factor of two
        between 130 "$(grep -c ',1$' out)" 518
    done
}

@test "--residuals=gesd: alpha is that of a whole series" {
    series 600 300 12 >in
    good ad-seasonal --stl --residuals=gesd --period=12 -p 0.05 -g g <in
    # 5 % of the series, within a factor of two
    between 15 "$(grep ',1$' out | cut -d, -f1 | sort -u | wc -l)" 60
    season 60 1800 six=61 >in
    for way in --stl --holt-winters=additive; do
        good ad-seasonal $way --residuals=gesd -f value <in
        equal "$(grep -c ',0,[0-9.]*,1$' out)" 0
    done
    good ad-seasonal --stl --residuals=gesd -p 0.05 -f value <in
    equal "$(grep -c ',1,[0-9.]*,1$' out)" "$(grep -c ',1,[0-9.]*,[01]$' out)"
    # those above and those below are all of them
    good ad-seasonal --stl --residuals=gesd -p 0.05 -f value --direction=up -a <in
    up=$(tail -n +2 out | wc -l)
    good ad-seasonal --stl --residuals=gesd -p 0.05 -f value --direction=down -a <in
    equal $((up + $(tail -n +2 out | wc -l))) "$(grep -c ',1$' in)"
    exits 2 ad-seasonal --residuals=gesd <in
    err_has "--residuals is for --stl and --holt-winters"
}

@test "--residuals: the score is 0.5 at the bounds" {
    season 40 1800 six=61 | cut -d, -f1,2 >in
    local way side
    for way in robust gesd; do
        good ad-seasonal --stl --residuals=$way --fit -m m <in
        head -n 1 in >one
        tail -n 1 in | awk -F, '{ print $1 + 1800 "," $2 }' >>one
        for side in lower upper; do
            good ad-seasonal --stl --residuals=$way -m m -x <one
            at=$(column seasonal_$side <out | tail -n 1)
            sed "2s/,.*/,$at/" one >edge
            good ad-seasonal --stl --residuals=$way -m m <edge
            tail -n 1 out | awk -F, '{ exit !($3 > 0.49999 && $3 < 0.50001) }' || fail "$way, $side"
        done
    done
}

@test "--stl, --holt-winters: holidays raise nothing and do not bend the others" {
    holidays_file >days.ics
    season 70 1800 lazy="19737 19751 19779" six=61 >in
    season 70 1800 six=61 >usual
    season 70 1800 sd=0 >truth
    # how far what is expected is from what should be, in the mean square, on other days
    error() {
        paste -d, "$1" truth | awk -F, 'NR > 700 { d = int($1 / 86400); e = $8 - $NF
            if (d != 19737 && d != 19751 && d != 19779) { n++; s += e * e } } END { printf "%d", 1000 * s / n }'
    }
    local way
    for way in --stl "--stl --residuals=gesd" --holt-winters=additive --holt-winters=multiplicative; do
        good ad-seasonal $way -f value -p 1e-4 <in && mv out plain
        good ad-seasonal $way -f value -p 1e-4 --holidays=days.ics -x <in
        awk -F, '{ d = int($1 / 86400) } (d == 19737 || d == 19751 || d == 19779) && !$3 { print }' plain >special
        [ "$(grep -c ',1$' special)" -gt 5 ] || fail "no holiday shows: $way"
        awk -F, '{ d = int($1 / 86400) } (d == 19737 || d == 19751 || d == 19779) && !$3 { n++; sum += $5 }
            END { if (n < 120 || sum) { print n, sum; exit 1 } }' out || fail "a holiday is flagged: $way"
        # what is expected of other days is as if they had not been
        with=$(error out)
        good ad-seasonal $way -f value -x <usual
        [ "$with" -lt $(($(error out) * 13 / 10)) ] || fail "bent: $way, $with, $(error out)"
    done
    # beyond the end, too: the day after is a holiday
    sed 's/RDATE:20240226/RDATE:20240226,20240311/' days.ics >more.ics
    good ad-seasonal --stl --holidays=more.ics -f value --forecast=24 <in
    noon=$(tail -n 1 out | cut -d, -f3)
    good ad-seasonal --stl --holidays=days.ics -f value --forecast=24 <in
    between 40 "$(tail -n 1 out | awk -F, -v noon="$noon" '{ printf "%d", $3 - noon }')" 70
}

@test "--stl, --holt-winters: a day that is not there does not bend the others" {
    season 40 1800 sd=0 >truth
    awk -F, '{ d = int(($1 - 1704067200) / 86400) } NR == 1 || d != 20' truth >in
    for way in --stl --holt-winters=additive; do
        good ad-seasonal $way -x <in
        tail -n +700 out | join -t, - <(tail -n +2 truth) |
            awk -F, '{ e = $7 - $NF; n++; if (e * e > 1) bad++ } END { if (n < 1000 || bad) { print n, bad; exit 1 } }' ||
            fail "bent: $way"
    done
}

@test "--forecast: intervals hold what they promise, also where the level wanders" {
    # 500 series of 50 days by the hour, noise 1, the level still, or a random walk with
    # steps of 0.2
    local way walk
    for walk in 0 0.2; do
        awk -v walk=$walk -f "$ROOT/tests/random.awk" -f <(echo 'BEGIN {
            begin(3); print "timestamp,g,value"
            for (g = 0; g < 500; g++) {
                level = 0
                for (i = 0; i < 1200 + 168; i++) {
                    level += walk * gaussian()
                    x = 100 + 10 * sin(i / 12 * pi) - 6 * (int(i / 24) % 7 >= 5) + level + gaussian()
                    line = (1704067200 + i * 3600) "," g "," x
                    if (i < 1200) print line; else print line >"future"
                }
            } }') >in
        for way in "" --stl; do
            good ad-seasonal -g g --forecast=168 -p 0.05 $way <in
            # 93 to 97 %, a few hours around 1, 24 and 168 ahead
            tail -n +2 out | paste -d, - future | awk -F, -v what="$way $walk" '
                { h[$2]++; k = h[$2] <= 6 ? 1 : h[$2] >= 21 && h[$2] <= 27 ? 24 : h[$2] >= 156 ? 168 : 0
                  if (k) { n[k]++; hit[k] += $NF >= $5 && $NF <= $6 } }
                END { for (k in n) { share = hit[k] / n[k]; seen++
                    if (share < 0.93 || share > 0.97) { print what, k ": " share; bad = 1 } } exit bad || seen != 3 }' ||
                fail "not 95 %"
        done
    done
}

@test "--forecast prints what is to come, with intervals, for each group" {
    season 50 1800 sd=1 >all
    head -n $((1 + 40 * 48)) all >in
    local way
    for way in "" --stl --holt-winters=additive; do
        good ad-seasonal $way --forecast=480 <in
        equal "$(head -n 1 out)" "timestamp,field,expected,lower,upper"
        equal "$(sed -n 2p out | cut -d, -f1,2)" 2024-02-10T00:00:00Z,value
        tail -n 480 all | paste -d, - <(tail -n +2 out) | awk -F, -v way="$way" '
            { n++; if (way !~ /holt/ && ($2 - $5) ^ 2 > 36) wrong++; if ($2 < $6 || $2 > $7) outside++ }
            END { if (n != 480 || wrong > 2 || (way !~ /holt/ && outside > 20)) { print n, wrong + 0, outside + 0; exit 1 } }' ||
            fail "far from what came: $way"
    done
    awk -F, 'NR == 1 { print "host," $0; next } { print "a," $0; print "b," $0 }' in |
        ad-seasonal -g host --forecast=1 -o ndjson >out
    equal "$(cut -d, -f1-3 out | tr '\n' ' ')" \
        '{"timestamp":"2024-02-10T00:00:00Z","host":"a","field":"value" {"timestamp":"2024-02-10T00:00:00Z","host":"b","field":"value" '
    # from a state alone, and by rows
    good ad-seasonal --forecast=5 <in && mv out want
    good ad-seasonal -S st <in
    head -n 1 in >none
    good ad-seasonal -S st --forecast=5 none
    equal "$(wc -l <want)" 6
    same want out
    seq 100 | awk '{ print $1 % 7 }' >rows
    good ad-seasonal --no-header --period=7 --forecast=2 <rows
    equal "$(cut -d, -f1,2 out | tr '\n' ' ')" "101,1 102,1 "
    good ad-seasonal --forecast=3 </dev/null
    [ ! -s out ] || fail output
    exits 2 ad-seasonal --forecast=0 <in
    exits 2 ad-zscore --forecast=3 <in
}
