#!/usr/bin/env bats
# ad-eval: measures against other programs, windows, groups, missing scores, choosing lines.

load helper

tool=ad-eval

# labelled N EVERY WIDTH LIFT MOD [PER]: the series of tests/unit/labelled.h; scores are divided by PER
labelled() {
    awk -v n="$1" -v every="$2" -v width="$3" -v lift="$4" -v mod="$5" -v per="${6:-1000}" 'BEGIN {
        print "time,label,d_score,d_flag"
        for (i = 0; i < n; i++) {
            y = i % every >= every - width
            s = ((i * i * 37 + i * 11) % mod + lift * y) / per
            print 60 * i "," y "," s "," (s >= 0.5)
        }
    }'
}

# measure NAME... <CSV of one score: their values
measure() {
    for name; do column "$name" <out; done | tr '\n' ' ' | sed 's/ $/\n/'
}

# close GOT WANT: numbers, to 10 digits
close() {
    awk -v g="$1" -v w="$2" 'BEGIN { d = g - w; exit !(g != "" && d * d <= 1e-18 * (w * w + 1e-6)) }' ||
        fail "got $1, not $2"
}

# is NAME WANT: a measure of the only row of ./out
is() {
    close "$(column "$1" <out)" "$2"
}

# --- what others say ---------------------------------------------------------------------------

# Where the numbers are from: tests/unit/ranking.c, vus.c, rangescore.c, nabscore.c.
@test "the measures are those of scikit-learn, vus, prts and NAB" {
    labelled 1000 50 10 100 503 >in
    good ad-eval --labels=label --threshold=0.5 --buffer=20 --existence=0.3 --bias=front in
    is records 1000
    is anomalous 200
    is windows 20
    is auroc 0.690209375
    is ap 0.458567497817538
    is vus_roc 0.815771420353635
    is vus_pr 0.584756439194625
    is range_recall 0.325954545454545
    is range_precision 1
    is nab_standard_best 79.3600669225918
    is nab_standard_best_at 0.483
    is nab_low_fp_best 71.3880876124903
    is nab_low_fn_best 85.8578236321462
    good ad-eval --labels=label --threshold=0.2 in
    is nab_standard -28.1369339544396
    is nab_low_fp -148.142233579264
    is nab_low_fn 12.2024711793654
}

@test "scores may be any numbers" {
    labelled 1000 50 10 100 503 >in
    labelled 1000 50 10 100 503 -0.7 | sed 's/^\([^,]*,[^,]*\),-/\1,/; s/d_/e_/g' >raw
    good ad-eval --labels=label --threshold=0.5 in && mv out want
    good ad-eval --labels=label --threshold=700 <(awk -F, 'NR == 1 { print; next }
        { printf "%s,%s,%.6f,%s\n", $1, $2, $3 * 1400 - 3e-7, $4 }' in)
    for name in auroc auroc_low auroc_high ap vus_roc vus_pr f1_best event_f1 nab_standard_best; do
        is "$name" "$(column "$name" <want)"
    done
}

@test "precision, recall, events and delays, by hand" {
    # windows at 2-4 and 8-9; alarms at 0, 3-5, 7, 9
    paste -d , <(echo time && seq 100 100 1200) - >in <<E
label,x_score,x_flag
0,0.6,1
0,0.1,0
1,0.2,0
1,0.7,1
1,0.6,1
0,0.9,1
0,0.1,0
0,0.5,1
1,0.4,0
1,0.5,1
0,0.49,0
0,0.1,0
E
    good ad-eval --labels=label in
    equal "$(measure precision recall f1)" "0.5 0.6 0.5454545455"
    # the run of 7 touches no window; 0, too; that of 3-5 does
    equal "$(measure event_precision event_recall event_f1)" "0.5 1 0.6666666667"
    equal "$(measure delay)" 100
    close "$(measure false_alarms_per_day)" "$(awk 'BEGIN { printf "%.9f", 3 * 86400 / 1100 }')"
    # runs 0, 3-5, 7, 9: 0, 2/3, 0, 1 of them are covered; windows: 2/3 and 1/2
    equal "$(measure range_precision range_recall)" "0.4166666667 0.5833333333"
    # 0.2 gets all five, with three more; 0.5 gets three of six
    equal "$(measure f1_best f1_best_at)" "0.7142857143 0.2"
    cut -d, -f 2- in >untimed
    good ad-eval --labels=label untimed
    equal "$(measure delay)" 1
    equal "$(measure false_alarms_per_day)" ""
}

@test "point-adjusted F1 comes with a warning" {
    labelled 400 97 7 60 211 >in
    good ad-eval --labels=label in
    ! grep -q point_adjusted out || fail "it was not asked for"
    exits 0 ad-eval --labels=label --threshold=0.2 --point-adjust in
    err_has "compare nothing by it"
    # four windows, all found: 28 anomalous records, and those that are alarms beside them
    false=$(awk -F, 'NR > 1 && !$2 && $3 >= 0.2' in | wc -l)
    close "$(measure point_adjusted_f1)" "$(awk -v f="$false" 'BEGIN { printf "%.12f", 56 / (56 + f) }')"
    good ad-eval -q --labels=label --point-adjust in
}

# --- windows and groups ------------------------------------------------------------------------

@test "windows are what labels are" {
    labelled 1000 50 10 100 503 >in
    awk -F, 'NR == 1 { next }
        $2 && !on { printf "%s[%s", n++ ? ", " : "[", $1 }
        !$2 && on { printf ", %s]", last }
        { on = $2; last = $1 }
        END { print ", " last "]]" }' in >windows.json
    good ad-eval --labels=label in && mv out want
    good ad-eval --windows=windows.json in
    same want out
    jq -r '"from,to", (.[] | (map(tostring) | join(",")) + ",why"), ""' windows.json >windows.csv
    good ad-eval --windows=windows.csv in
    same want out
    sed -E 's/^([0-9]+),([0-9]+)/"\1" , "\2"/; s/$/\r/' windows.csv >quoted.csv
    grep -q '^"[0-9]*" , "' quoted.csv
    good ad-eval --windows=quoted.csv in
    same want out
    # of several, in any order, some of them overlapping, by name
    jq '{"a/x": [], "b/x": [.[]], "b/y": (reverse + [.[0]])}' windows.json >named.json
    for key in b/x b/y y; do
        good ad-eval --windows=named.json --key="$key" in
        same want out
    done
    exits 2 ad-eval --windows=named.json --key=x in
    err_has 'has no windows for "x"'
    exits 2 ad-eval --windows=named.json in
    err_has "3 series"
    err_has --key
    jq '{z: .}' windows.json >one.json
    good ad-eval --windows=one.json in
    same want out
}

@test "the times of windows have the zone of --tz, and both ends are in" {
    printf 'time,d_score,d_flag\n%s,0.1,0\n%s,0.9,1\n%s,0.8,1\n%s,0.2,0\n' \
        2024-01-01T10:00:00Z 2024-01-01T11:00:00Z 2024-01-01T12:00:00Z 2024-01-01T13:00:00Z >in
    echo '[["2024-01-01 12:00", "2024-01-01 13:00"]]' >windows.json
    good ad-eval --windows=windows.json --tz=CET-1 in
    equal "$(measure anomalous auroc)" "2 1"
    good ad-eval --windows=windows.json --tz=UTC in
    equal "$(measure anomalous auroc)" "2 0.5"
    TZ=CET-1 good ad-eval --windows=windows.json in
    equal "$(measure auroc)" 1
}

@test "windows that overlap are one, and late records end none" {
    printf 'time,d_score,d_flag\n' >in
    for t in 0 60 120 180 90 240 300; do echo "$t,0.$t,0"; done >>in
    echo '[[60, 130], [100, 240], [500, 600]]' >w
    good ad-eval --windows=w in
    equal "$(measure records anomalous windows)" "7 5 1"
    # not joined where there is room between
    echo '[[60, 119], [120, 240]]' >w
    good ad-eval --windows=w in
    equal "$(measure anomalous windows)" "5 2"
}

@test "days of several series at once count once" {
    printf 'host,time,label,d_score,d_flag\n' >in
    awk 'BEGIN { for (h = 0; h < 4; h++) for (t = 0; t <= 86400; t += 3600)
        print h "," (t + (h == 3 ? 172800 : h * 21600)) "," (t == 7200) "," (t == 3600 ? 0.9 : 0.1) "," (t == 3600) }' >>in
    good ad-eval -g host --labels=label in
    equal "$(measure false_alarms_per_day)" 1.6 # 4 in a day and a half and another one
    good ad-eval -g host --labels=label --tune=budget=1.6/day in
    equal "$(measure false_alarms_per_day)" 1.6
    good ad-eval -g host --labels=label --tune=budget=1.5/day in
    equal "$(measure options)" ""
}

@test "several series: one ranking, one line, windows of each by itself" {
    # the numbers are from tests/unit/nabscore.c
    {
        echo part,time,label,d_score,d_flag
        labelled 400 97 7 60 211 2000 | sed '1d; s/^/a,/'
        labelled 1000 50 10 100 503 2000 | sed '1d; s/^/b,/'
        labelled 260 130 1 300 997 2000 | sed '1d; s/^/c,/'
    } >in
    good ad-eval -g part --labels=label --threshold=0.1 in
    is nab_standard -40.4725175081375
    is nab_standard_best 40.4759689007325
    is nab_low_fp_best 11.076815613098
    is nab_low_fn_best 53.9350343907763
    is nab_standard_best_at 0.2415
    is windows 26
    cp out want
    # the order of series does not matter, but for the draws
    { head -n 1 in && sed 1d in | sort -t, -k2n,2 -k1,1; } >mixed
    good ad-eval -g part --labels=label --threshold=0.1 mixed
    for name in records auroc ap vus_roc vus_pr event_f1 range_f1 nab_standard delay; do
        is "$name" "$(column "$name" <want)"
    done
    # of volumes the mean
    for part in a b c; do
        good ad-eval --labels=label <(grep -E "^(part|$part)," in)
        column vus_pr <out
    done | awk '{ s += $1 } END { printf "%.9f\n", s / NR }' >mean
    mv want out
    awk -v g="$(column vus_pr <out)" -v w="$(cat mean)" 'BEGIN { exit !(g - w < 1e-8 && w - g < 1e-8) }'
}

@test "--labels from a file, and what it does not tell of" {
    labelled 400 97 7 60 211 >in
    good ad-eval --labels=label in && mv out want
    awk -F, 'NR > 1 && $2 { print $1 "\t-\t1" }' in >some
    awk -F, 'NR > 1 { print $1 "\t-\t" $2 }' in >all
    cut -d, -f 1,3- in >bare
    good ad-eval --labels=all bare && same want out
    good ad-eval --labels=some --all-normal bare && same want out
    exits 0 ad-eval --labels=some bare
    err_has "all records are of one kind"
    equal "$(measure records anomalous auroc)" "28 28 "
}

# --- missing scores ----------------------------------------------------------------------------

@test "a filter does not win by keeping silent" {
    # b is a, but silent where a is wrong
    awk 'BEGIN { print "label,a_score,a_flag,b_score,b_flag"
        for (i = 0; i < 200; i++) {
            y = i % 20 == 7
            s = y ? (i % 40 == 7 ? 0.1 : 0.8) : (i % 10) / 20
            wrong = y && s < 0.5
            print y "," s "," (s >= 0.5) "," (wrong ? "," : s "," (s >= 0.5))
        } }' >in
    good ad-eval --labels=label in
    equal "$(column auroc <out | sort -u | wc -l)" 1
    equal "$(column records <out | sort -u)" 195
    equal "$(column unscored <out | sort -n | tr '\n' ' ')" "0 5 "
    good ad-eval --labels=label --missing=low in
    equal "$(column records <out | sort -u)" 200
    equal "$(head -n 2 out | column score)" a_score
    # alone it is measured by what it says
    good ad-eval --labels=label -f b_score in
    equal "$(measure records auroc)" "195 1"
}

@test "warm-up: left out, but for NAB; with --missing=low without alarms" {
    # 100 records, a window from 4 to 7 and one from 60 to 63
    awk 'BEGIN { print "label,d_score,d_flag"
        for (i = 0; i < 100; i++) {
            y = (i >= 4 && i < 8) || (i >= 60 && i < 64)
            print y "," (i < 20 ? "," : y ? "0.9,1" : "0.2,0") } }' >in
    good ad-eval --labels=label in
    equal "$(measure records unscored anomalous windows recall event_recall auroc)" "80 20 4 1 1 1 1"
    # 15 records do not count, but for a perfect score the window in them would have to be found:
    # (1 + 1) / (2 + 1)
    equal "$(measure nab_standard)" 66.66666667
    good ad-eval --labels=label --missing=low in
    equal "$(measure records unscored anomalous windows recall event_recall)" "100 20 8 2 0.5 0.5"
    equal "$(measure nab_standard)" 66.66666667
}

@test "a score that is never there has an empty row, and takes nothing from the others" {
    labelled 400 97 7 60 211 >in
    sed '1s/$/,e_score,e_flag/; 1!s/$/,,/' in >two
    good ad-eval --labels=label in && mv out want
    good ad-eval --labels=label two
    equal "$(column score <out | tr '\n' ' ')" "d_score e_score "
    equal "$(sed -n 2p out | cut -d, -f 1-20)" "$(sed -n 2p want | cut -d, -f 1-20)"
    equal "$(sed -n 3p out | tr -d ,0-9)" e_score
}

# --- intervals ---------------------------------------------------------------------------------

@test "intervals hold the measure, and neither threads nor time change them" {
    labelled 1000 50 10 100 503 >in
    good ad-eval --labels=label in && mv out want
    good ad-eval --labels=label -j 2 in && same want out
    good ad-eval --labels=label --seed=2 in && differ want out
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { exit !($at["auroc_low"] < $at["auroc"] && $at["auroc"] < $at["auroc_high"] &&
            $at["ap_low"] < $at["ap"] && $at["ap"] < $at["ap_high"] && $at["ap_low"] > 0) }' out
    good ad-eval --labels=label --draws=0 in
    equal "$(measure auroc_low auroc_high)" " "
}

@test "windows that are alike within make wider intervals than records do" {
    awk 'BEGIN { srand(1); print "label,d_score,d_flag"
        for (w = 0; w < 40; w++) {
            b = rand()
            for (i = 0; i < 50; i++)
                printf "%d,%.6f,0\n", w % 4 == 3, (w % 4 == 3 ? 0.3 : 0) + 0.6 * b + 0.01 * rand()
        } }' >in
    good ad-eval --labels=label in
    wide=$(awk -v a="$(measure auroc_low)" -v b="$(measure auroc_high)" 'BEGIN { print b - a }')
    good ad-eval --labels=label --resample=record in
    awk -v w="$wide" -v a="$(measure auroc_low)" -v b="$(measure auroc_high)" \
        'BEGIN { exit !(w > 3 * (b - a)) }' || fail "$wide"
}

@test "of several scores the best comes first, and differences have paired intervals" {
    awk 'BEGIN { srand(4); print "label,a_score,a_flag,b_score,b_flag,c_score,c_flag"
        for (i = 0; i < 2000; i++) {
            y = rand() < 0.1; n = rand(); s = y * 0.3 + n * 0.6
            # b is b little worse than a, by the same luck; c is noise
            printf "%d,%.6f,0,%.6f,0,%.6f,0\n", y, s, y * 0.27 + n * 0.6, rand() * 0.9
        } }' >in
    good ad-eval --labels=label in
    equal "$(column score <out | tr '\n' ' ')" "a_score b_score c_score "
    equal "$(column auroc_behind <out | head -n 1)" 0
    # the intervals of a and b overlap, but that of the difference is below 0
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { low[NR] = $at["auroc_low"]; high[NR] = $at["auroc_high"]; top[NR] = $at["auroc_behind_high"] }
        END { exit !(high[3] > low[2] && top[3] < 0 && top[4] < 0 && high[4] < low[3]) }' out
}

# --- lines -------------------------------------------------------------------------------------

# at ALPHA: records whose surprise is x, scored and flagged as by a filter with that alpha
at() {
    awk -v alpha="$1" 'BEGIN { print "time,label,d_score,d_flag"; s0 = -log(alpha) }
        { s = sprintf("%.6f", $2 / ($2 + s0)); print 600 * NR "," $1 "," s "," (s >= 0.5) }' surprises
}

@test "--tune prints the option that does it" {
    awk 'BEGIN { for (i = 0; i < 3000; i++) {
        y = i % 100 == 50
        print y, -log((i * 1871 % 3000 + 0.5) / 3000) + y * (i * 31 % 1100) / 80 } }' >surprises
    at 0.0027 >scored
    for goal in f1 budget=1/day budget=0.1/hour precision=0.8; do
        good ad-eval --labels=label --tune="$goal" scored
        equal "$(wc -l <out)" 2
        cp out tuned
        options=$(column options <tuned)
        at "${options#--alpha=}" >again
        good ad-eval --labels=label again
        for name in precision recall f1 false_alarms_per_day event_recall; do
            equal "$(measure $name)" "$(column $name <tuned)"
        done
    done
    good ad-eval --labels=label --tune=precision=0.8 scored
    awk -v p="$(measure precision)" 'BEGIN { exit !(p >= 0.8) }' || fail "less precise"
    good ad-eval --labels=label --tune=budget=1/day scored
    awk -v r="$(measure false_alarms_per_day)" 'BEGIN { exit !(r > 0.9 && r <= 1) }' || fail "budget"
    good ad-eval --labels=label scored
    best=$(measure f1_best)
    good ad-eval --labels=label --tune=f1 scored
    equal "$(measure f1)" "$best"
}

@test "--tune: the threshold of the best F1, halfway, and its alpha by hand" {
    printf 'label,d_score,d_flag\n0,0.1,0\n1,0.7,1\n0,0.5,1\n1,0.6,1\n' >in
    good ad-eval --labels=label --tune=f1 in
    # python3 -c 'print("%.10g" % 0.0027 ** (0.55 / 0.45 * 0.5000005 / 0.4999995))'
    out_is <<E
score,options,threshold,precision,recall,f1,false_alarms_per_day,event_precision,event_recall
d_score,--alpha=0.0007253530355,0.55,1,1,1,,1,1
E
    good ad-eval --labels=label --tune=f1 --old-alpha=0.01 in
    grep -q -e '--alpha=0.003593773208,' out # 0.01 in place of 0.0027
    printf 'label,d_score,d_flag\n1,0.1,0\n' >>in
    good ad-eval --labels=label --tune=precision=0.6 in
    grep -q -e '--alpha=0.1,' out || fail "no line is above 0.1"
    printf 'label,d_score,d_flag\n0,0.9,1\n1,0.7,1\n' >in
    good ad-eval --labels=label --tune=precision=1 in
    equal "$(sed -n 2p out)" "d_score,,,,0,0,,,0"
}

@test "--sweep prints the curve" {
    printf 'label,d_score,d_flag\n0,0.1,0\n1,0.7,1\n0,0.5,1\n1,0.6,1\n1,0.5,1\n' >in
    good ad-eval --labels=label --sweep in
    equal "$(cut -d, -f 1,2,4-7 out | tr '\n' ' ')" \
        "score,threshold,alarms,precision,recall,f1 d_score,0.7,1,1,0.3333333333,0.5 d_score,0.6,2,1,0.6666666667,0.8 d_score,0.5,4,0.75,1,0.8571428571 d_score,0.1,5,0.6,1,0.75 "
    equal "$(column alpha <out | sed -n 3p)" 0.0027
    labelled 1000 50 10 100 503 >in
    good ad-eval --labels=label --sweep in
    between 100 "$(wc -l <out)" 500
    equal "$(tail -n 1 out | cut -d, -f 4)" 1000
}

# --- form --------------------------------------------------------------------------------------

@test "the report is a table for people, or a row for programs" {
    printf 'label,d_score,d_flag,e_score,e_flag\n0,0.1,0,0.3,0\n1,0.7,1,0.2,0\n' >in
    good ad-eval --labels=label -f d_score -o table in
    equal "$(grep '^area under ROC' out)" "area under ROC            1.0000"
    equal "$(head -n 1 out)" "measure                    value  95 % from  to"
    good ad-eval --labels=label -o table in
    equal "$(cut -c 1-11 out | tr '\n' ' ')" "score       d_score  1. e_score  0. "
    good ad-eval --labels=label -o ndjson in
    equal "$(jq -r '[.score, .auroc, .auroc_low] | @csv' out)" '"d_score",1,
"e_score",0,'
    to_json <in >in.json
    good ad-eval --labels=label in.json && mv out json
    good ad-eval --labels=label -o ndjson in && same json out
    good ad-eval --labels=label -o tsv in
    head -n 1 out | grep -q $'^score\trecords\t'
    ! grep -qi nan out json || fail "NaN"
}

@test "one kind only: what can be told, a warning, and never NaN" {
    for y in 0 1; do
        printf "label,d_score,d_flag\n$y,0.1,0\n$y,0.7,1\n" >in
        for o in csv ndjson table; do
            exits 0 ad-eval --labels=label -o $o in
            err_has "all records are of one kind"
            ! grep -qiE '\bnan|inf\b' out || fail "NaN"
            good ad-eval -q --labels=label -o $o in
        done
        good ad-eval -q --labels=label --sweep in
        ! grep -qi nan out || fail "NaN"
        good ad-eval -q --labels=label --tune=f1 in
        ! grep -qi nan out || fail "NaN"
    done
}

@test "no input, no report" {
    good ad-eval --labels=label </dev/null
    out_is </dev/null
    good ad-eval --labels=label < <(echo label,d_score,d_flag)
    out_is </dev/null
}

@test "what is wrong is said" {
    printf 'time,label,d_score,d_flag\n0,0,0.1,0\n60,1,0.7,1\n' >in
    exits 2 ad-eval in
    err_has "--labels or --windows"
    echo '[[0, 60]]' >w
    exits 2 ad-eval --labels=label --windows=w in
    err_has "exclude each other"
    exits 2 ad-eval --windows=w < <(cut -d, -f 3- in)
    err_has "needs a time field"
    exits 2 ad-eval --labels=label --tune=budget=1/day < <(cut -d, -f 2- in)
    err_has "needs a time field"
    exits 2 ad-eval --labels=label --sweep --tune=f1 in
    err_has "--sweep and --tune"
    for goal in f2 budget=1 budget=1/year precision=2 precision=; do
        exits 2 ad-eval --labels=label --tune="$goal" in
        err_has "--tune=$goal"
    done
    exits 2 ad-eval --key=a --labels=label in
    err_has --windows
    exits 2 ad-eval --windows=none in
    err_has none
    echo '[[0, 60' >w
    exits 2 ad-eval --windows=w in
    err_has "w:2: "
    for json in '[[0]]' '[0, 1]' '{"a": 1}' 'true' '[["a", null]]'; do
        echo "$json" >w
        exits 2 ad-eval --windows=w in
        err_has "w:"
        [ ! -s out ] || fail "output"
    done
    printf 'from,to\n1\n' >w
    exits 2 ad-eval --windows=w in
    err_has "w:2: want from,to"
    printf '"1,2\n' >w
    exits 2 ad-eval --windows=w in
    err_has "w:1: want from,to"
    echo '[["soon", "later"]]' >w
    exits 2 ad-eval --windows=w in
    err_has 'not a time: "soon"'
    echo '[[60, 0]]' >w
    exits 2 ad-eval --windows=w in
    err_has "ends before it begins"
    exits 2 ad-eval --labels=label < <(printf 'label,d_score,d_flag\n,0.1,0\n0,,\n')
    err_has "no record has both a label and a score"
    exits 2 ad-eval --labels=label -S state in
    err_has -S
}

@test "a report that cannot be written is an error" {
    [ -e /dev/full ] || skip "no /dev/full"
    labelled 400 97 7 60 211 >in
    status=0
    ad-eval --labels=label in >/dev/full 2>err || status=$?
    equal "$status" 2
}

@test "out of memory while the table is laid out is an error, not another table" {
    faultinject
    labelled 400 97 7 60 211 >in
    good ad-eval --labels=label -o table --tune=f1 --draws=20 in && mv out want
    for n in $(seq 80 140); do
        status=0
        faulty malloc "$n" ad-eval --labels=label -o table --tune=f1 --draws=20 in >out 2>err || status=$?
        [ -e fired ] || break
        if [ "$status" = 0 ]; then same want out; else equal "$status" 2; fi
    done
    [ "$n" -gt 90 ] && [ "$n" -lt 140 ] || fail "$n calls"
}

@test "memory: 13 bytes a record, and what ranking takes" {
    [ -z "${AD_SLOW:-}" ] || skip "not the plain build"
    awk 'BEGIN { print "label,d_score,d_flag"
        for (i = 0; i < 1500000; i++) print (i % 1000 > 990) ",0." (i * 7919 % 99991) ",0" }' >in
    good within 150000 ad-eval --labels=label in
    equal "$(measure records)" 1500000
}
