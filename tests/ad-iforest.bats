#!/usr/bin/env bats
# What ad-iforest does that others do not. The contract goes over it as it is by default, on all
# input (a single field by its value, so that the order of records does not matter, and with few
# trees, so that failing each allocation in turn has an end), and as a stream:
#
# contract: --categorical= --features=off --trees=20
# streaming: --sliding --sample=32 --features=on

load helper

# shellcheck disable=SC2034
tool=ad-iforest # of ad_exec and within

i() { ad-iforest "$@"; }

# odd ROW:FIELD=VALUE...: the table on standard input with other values there; FIELD by number
odd() {
    awk -F, -v OFS=, -v list="$*" 'BEGIN { n = split(list, a, " ") }
        { for (k = 1; k <= n; k++) {
              split(a[k], part, /[:=]/)
              if (NR == part[1] + 1) $part[2] = part[3]
          }
          print }'
}

# flagged ROW: whether that row of ./out was
flagged() {
    equal "$(column iforest_flag <out | sed -n "$1p")" 1
}

reason() {
    sed -n "$(($1 + 1))s/.*,\"\\(.*\\)\"\$/\\1/p" out
}

# --- finding -----------------------------------------------------------------------------------

@test "a planted anomaly is found, and the reason begins with its field" {
    noise 300 3 fields=4 | odd 150:3=95 200:5=20 >in
    for mode in classic eif fcf; do
        good i --mode=$mode -x in
        flagged 150
        flagged 200
        between 2 "$(count iforest_flag 1 <out)" 5
        equal "$(column iforest_field <out | sed -n 150p)" b
        equal "$(column iforest_field <out | sed -n 200p)" d
        reason 150 | grep -qE '^b 95 (is above [0-9.]+, the most that passes as normal )?\(expected [0-9.]+\), [0-9]+ %' ||
            fail "reason of b: $(reason 150)"
        reason 200 | grep -qE '^d 20 (is below [0-9.]+, the least that passes as normal )?\(expected [0-9.]+\), [0-9]+ %' ||
            fail "reason of d: $(reason 200)"
    done
}

@test "ordinary values that are not so together" {
    { echo a,b && seq 500 | awk '{ a = $1 * 37 % 101; print a "," a + $1 % 7 }' && echo 20,80; } >in
    good i --mode=eif in
    equal "$(grep -n ',1$' out)" "$(grep -n '^20,80,' out)"
}

@test "the bound of a reason is one: a little nearer passes, a little farther does not" {
    noise 300 3 fields=3 | odd 300:2=90 >in
    good i --fit -m model in
    good i -x -m model in
    upper=$(column iforest_upper <out | tail -n 1)
    for step in 0.999:0 1.001:1; do
        x=$(awk -v u="$upper" -v f=${step%:*} 'BEGIN { printf "%.6f", u * f }')
        good i -m model < <(odd "300:2=$x" <in)
        equal "$(column iforest_flag <out | tail -n 1)" ${step#*:}
    done
    # and what it expects is the median of the field; R: median(x)
    tail -n +2 in | cut -d, -f 2 | sort -n | sed -n 150,151p | awk '{ s += $1 } END { print s / 2 }' >want
    column iforest_expected <out | tail -n 1 >/dev/null
    good i -x -m model in
    awk -v a="$(column iforest_expected <out | tail -n 1)" -v b="$(cat want)" \
        'BEGIN { exit !(a - b < 1e-4 && b - a < 1e-4) }' || fail "not the median"
}

@test "every numeric field is judged but time, groups and what filters have appended" {
    noise 300 3 fields=3 groups=2 | awk -F, -v OFS=, \
        'NR == 1 { print $0, "name", "z_score", "z_flag", "z_line"; next } { print $0, "x" NR % 2, 0.1, 0, NR % 3 }' >in
    exits 0 i -v in
    err_like 'field a, b, c; time timestamp'
    exits 0 i -v -g host in
    err_like 'field a, b, c; time timestamp; grouped by host'
    good i --importance in
    cut -d, -f 1 out | sort | same - <(printf '%s\n' a b c field)
    exits 0 i -v -f a-c in || exits 0 i -v -f 3-5 in
    err_like 'field a, b, c'
}

@test "alpha: the share of further records like the fitted ones" {
    # AD_FULL: more of them. 50 expected of 5,000 at 0.01; 0.5 to 2 % is what the method promises
    n=5000
    [ -z "${AD_FULL:-}" ] || n=50000
    noise $n 1 fields=5 >fit
    noise $n 2 fields=5 >new
    for mode in classic eif fcf; do
        good i --mode=$mode --fit -m model fit
        good i -m model -p 0.01 new
        between $((n / 200)) "$(count iforest_flag 1 <out)" $((n / 50))
    done
}

@test "one percent of anomalies among the fitted records does not hide them" {
    noise 3000 1 fields=5 | awk -F, -v OFS=, 'NR > 1 && NR % 100 == 0 {
        for (f = 2; f <= 6; f++) $f += f % 2 ? 15 : -15 } { print }' >in
    for mode in classic eif fcf; do
        good i --mode=$mode in
        between 27 "$(awk 'NR > 1 && NR % 100 == 0' out | grep -c ',1$')" 30
        between 27 "$(count iforest_flag 1 <out)" 60
    done
}

# --- one result, however it is come by ---------------------------------------------------------

@test "a file, a pipe, gzip, memory or disk, one thread or more: the same bytes" {
    noise 7000 1 fields=3 groups=3 missing=41 spike_every=500 spike=30 >in
    gzip -k in
    mkdir tmp
    for mode in classic fcf; do
        for options in '' '-g host -x'; do
            # shellcheck disable=SC2086
            set -- --mode=$mode --trees=50 -f a,b,c $options
            good i "$@" in && mv out whole
            good i "$@" < <(cat in) && same whole out
            good i "$@" <in && same whole out
            good i "$@" in.gz && same whole out
            good i "$@" < <(cat in.gz) && same whole out
            good i "$@" -j 2 in && same whole out
            good i "$@" -j 7 in && same whole out
            TMPDIR=$PWD/tmp good i "$@" --max-memory=0 < <(cat in) && same whole out
        done
    done
    equal "$(ls -A tmp)" ''
    # more than a chunk of memory, and the rest on disk
    for k in {1..5}; do tail -n +2 in; done | cat <(head -n 1 in) - >many
    good i -f a,b,c --trees=50 many && mv out whole
    TMPDIR=$PWD/tmp good i -f a,b,c --trees=50 --max-memory=1M < <(cat many) && same whole out
    # a program under valgrind has no say in this: valgrind itself needs the folder
    if head -c 4 "$AD_BIN/ad-iforest" | grep -qa ELF; then
        TMPDIR=$PWD/none exits 2 i -f a,b,c --max-memory=0 < <(cat in)
        err_has TMPDIR
    fi
}

@test "--fit and then -m print what one run prints" {
    noise 900 1 fields=3 groups=2 missing=41 spike_every=90 spike=30 >in
    for options in '' '-g host' '--mode=eif' '--mode=fcf' '--categorical=host'; do
        # shellcheck disable=SC2086
        good i -f a,b,c -x $options in && mv out whole
        rm -f model
        # shellcheck disable=SC2086
        good i -f a,b,c $options --fit -m model in
        [ ! -s out ] || fail "output while fitting"
        good i -x -m model in && same whole out
        # record by record, as they come
        good i -x -m model < <(cat in) && same whole out
    done
    # one field by its features
    noise 900 1 spike_every=90 spike=30 >in
    good i -x in && mv out whole
    good i --fit -m model in
    good i -x -m model in && same whole out
    # the second reading knows no more of the course than the first
    awk 'BEGIN { print "value"; for (k = 0; k < 600; k++) print (k < 300 ? 10 : 1000) + k * 7 % 5 }' >in
    good i --mode=fcf in
    equal "$(column iforest_flag <out | head -n 1)" 0
    good i --mode=fcf --fit -m model in
    good i -m model in
    equal "$(column iforest_flag <out | head -n 1)" 0
}

@test "the seed: the same one, the same output; another one, another forest" {
    noise 900 1 fields=3 >in
    good i in && mv out whole
    good i --seed=1 in && same whole out
    good i --seed=2 in && differ whole out
    # what stands out does so whatever the seed
    noise 300 3 fields=3 | odd 150:3=99 >in
    for seed in 1 2 3 4 5 6 7 8; do
        good i --seed=$seed in
        flagged 150
    done
}

@test "--on-bad=fail, a cut gzip, a missing file: what came before is fitted and scored" {
    noise 400 1 fields=3 spike_every=50 spike=30 >in
    good i -x in && mv out whole
    { cat in && echo 1700099999,1,oops,3 && noise 50 2 fields=3 | tail -n +2; } >bad
    exits 2 i -x --on-bad=fail bad
    same whole out
    err_has 'bad:402: field "b": not a number: "oops"'
    equal "$(wc -l <err)" 1
    exits 2 i -x --on-bad=fail < <(cat bad)
    same whole out
    # the last member of the gzip is cut
    { gzip -c in && noise 50 2 fields=3 | tail -n +2 | gzip | head -c 30; } >cut.gz
    exits 2 i -x cut.gz
    same whole out
    exits 2 i -x < <(cat cut.gz)
    same whole out
    err_has 'truncated gzip'
    exits 2 i -x in no-such-file
    same whole out
    err_has 'no-such-file: No such file or directory'
    exits 2 i -x in no-such-file in
    same whole out
}

@test "a file that is replaced between the two readings is an error" {
    # the second of two files is a pipe, which holds the first reading up
    noise 300 1 fields=2 >a
    mkfifo to
    ad_exec --categorical= a to >out 2>err &
    pid=$!
    exec 5>to
    cp a b && mv b a
    noise 10 2 fields=2 >&5
    exec 5>&-
    status=0
    wait $pid || status=$?
    equal "$status" 2
    err_has 'a is not the file any more'
    [ ! -s out ] || fail "output"
}

@test "a signal during the first reading: nothing is written, the signal ends it" {
    noise 300 1 fields=2 >in
    mkfifo to
    for signal in TERM:143 INT:130; do
        rm -f model
        for options in '' '--fit -m model'; do
            # shellcheck disable=SC2086
            UNDER='env --default-signal=INT' ad_exec $options <to >out 2>err &
            pid=$!
            exec 5>to
            cat in >&5
            sleep 0.2
            kill -${signal%:*} $pid
            status=0
            wait $pid || status=$?
            exec 5>&-
            equal "$status" "${signal#*:}"
            [ ! -s out ] && [ ! -s err ] && [ ! -e model ] || fail "something was written"
        done
    done
}

# --- models ------------------------------------------------------------------------------------

@test "a model knows its fields by name" {
    noise 500 1 fields=3 | odd 250:3=95 400:4=22 >in
    good i --fit -m model in
    good i -m model in
    column iforest_score <out >want
    # another order and more fields, numbers among them
    awk -F, -v OFS=, '{ print $4, NR == 1 ? "d" : NR * 7, $2, $1, NR == 1 ? "name" : "x", $3 }' in >other
    good i -m model other
    column iforest_score <out | same want -
    equal "$(head -n 1 out)" "c,d,a,timestamp,name,b,iforest_score,iforest_flag"
    # another format
    good i -m model < <(to_json <other)
    sed -E 's/.*_score":([^,]*),.*/\1/' out | same want -
    good i -m model < <(tr , '\t' <other)
    tr '\t' , <out | column iforest_score | same want -
    # one that is not there
    cut -d, -f 1,2,4 in >less
    exits 2 i -m model less
    err_has '"b"'
    err_has 'timestamp, a, c'
    [ ! -s out ] || fail "output"
    # in NDJSON it is missing from the records, which the others judge, and an error at the end
    exits 2 i -m model < <(to_json <less)
    err_has '"b"'
    # and a choice that is not the model's
    exits 2 i -m model -f a,b in
    err_has --field
    exits 2 i -m model --mode=fcf in
    err_has --mode
}

@test "one model for many groups; a group that it does not know" {
    noise 900 1 fields=2 groups=3 >in
    awk -F, '$2 != "h2"' in >two
    good i -g host --fit -m model two
    exits 0 i -m model -x in
    equal "$(cat err)" "ad-iforest: model: has no model of some groups; they are not scored"
    grep -v ',h2,' out >got
    good i -g host -x two && same out got
    exits 0 i -q -m model -x in
    [ ! -s err ] || fail "not quiet"
    equal "$(awk -F, '$2 == "h2" && $7 != "warmup"' out)" ''
    equal "$(awk -F, '$2 == "h2" && $5 == "" && $6 == "" && $7 == "warmup"' out | wc -l)" \
        "$(grep -c ',h2,' in)"
    # a forest of each group is that of its records alone
    for host in h0 h1; do
        awk -F, -v h=$host 'NR == 1 || $2 == h' in >part
        good i -f a,b -x part
        awk -F, -v h=$host 'NR == 1 || $2 == h' got | same - out
    done
}

@test "a damaged model is refused, whichever byte it is" {
    noise 30 1 fields=2 >in
    good i --trees=2 --sample=4 --fit -m model in
    cp model whole
    bytes=$(od -An -v -tx1 model | tr -d '\n')
    bytes=${bytes// /\\x}
    size=$((${#bytes} / 4))
    step=$((AD_SLOW ? 1 + size / 60 : 1))
    for ((n = 0; n < size; n += step)); do
        printf -v byte '\\x%02x' $((0x${bytes:n * 4 + 2:2} ^ (1 << n % 8)))
        # shellcheck disable=SC2059
        printf "${bytes:0:n*4}$byte${bytes:n*4+4}" >model
        status=0
        ad-iforest -m model in >out 2>err || status=$?
        [ "$status" = 2 ] && [ -s err ] && [ ! -s out ] || fail "byte $n of $size: status $status"
    done
    for ((n = 0; n < size; n += 1 + size / 40)); do
        head -c $n whole >model
        exits 2 i -m model in
        err_has model
    done
    cp whole model
    good i -m model in
}

@test "-S is for --sliding alone" {
    noise 60 1 fields=2 >in
    exits 2 i -S st in
    err_has --state
    err_has --sliding
    err_has --fit
    [ ! -e st ] || fail "a state"
    [ ! -s out ] || fail "output"
}

# --- odd data ----------------------------------------------------------------------------------

@test "a constant field has no part in anything" {
    noise 400 1 fields=3 | odd 200:3=95 >in
    # b is the second field of in
    awk -F, -v OFS=, '{ $4 = NR == 1 ? "c" : 7; print }' in >with
    for mode in classic eif fcf; do
        good i --mode=$mode -f a,b -x in && mv out want
        good i --mode=$mode --importance with
        equal "$(grep '^c,' out)" c,0
        good i --mode=$mode -x with
        flagged 200
        equal "$(column iforest_field <out | sed -n 200p)" b
    done
    # but a record in which it is not constant stands out
    head -n 301 with | odd 300:4=8 >in
    for mode in classic eif fcf; do
        good i --mode=$mode -x in
        flagged 300
        equal "$(column iforest_field <out | sed -n 300p)" c
    done
}

@test "all records equal: nothing is surprising; one that is not is" {
    { echo a,b && yes 3,4 | head -n 300; } >in
    for mode in classic eif fcf; do
        good i --mode=$mode in
        equal "$(tail -n +2 out | sort -u)" 3,4,0,0
        good i --mode=$mode --importance in
        out_is < <(printf 'field,importance\na,0\nb,0\n')
        good i --mode=$mode < <(cat in && echo 9,4)
        equal "$(grep -c ',1$' out)" 1
        equal "$(tail -n 1 out | cut -d, -f 1,2,4)" 9,4,1
        # also by a model that has never seen anything else
        good i --mode=$mode --fit -m model in
        good i -m model < <(printf 'a,b\n3,4\n')
        equal "$(tail -n 1 out)" 3,4,0,0
    done
}

@test "fewer than ten records tell nothing, fewer than a tree wants tell something" {
    for n in 1 2 3 9; do
        good i -x < <(noise $n 1 fields=2)
        equal "$(column iforest_state <out | sort -u)" warmup
        good i --fit -m model < <(noise $n 1 fields=2)
        good i -x -m model < <(noise 40 1 fields=2)
        equal "$(column iforest_state <out | sort -u)" warmup
        good i --importance < <(noise $n 1 fields=2)
        out_is < <(printf 'field,importance\na,0\nb,0\n')
    done
    for n in 10 11 40 100; do
        for mode in classic eif fcf; do
            good i --mode=$mode -x < <(noise $n 1 fields=2)
            equal "$(column iforest_state <out | sort -u)" ok
            [ "$(column iforest_score <out | sort -u | wc -l)" -gt 5 ] || fail "all alike"
        done
    done
    good i --sample=2 --trees=1 < <(noise 40 1 fields=2)
}

@test "numbers at the end of what a double holds" {
    awk 'BEGIN { print "a,b"; for (i = 0; i < 300; i++) print i % 17 - 8 "," i % 13
        print "1.7e308,5"; print "-1.7e308,5"; print "5e-324,5"; print "3,1e308" }' >in
    for mode in classic eif fcf; do
        good i --mode=$mode -x -p 0.05 in
        for row in 301 302 304; do flagged $row; done
        equal "$(column iforest_field <out | sed -n '301,302p;304p' | paste -sd ' ')" "a a b"
        equal "$(column iforest_flag <out | sed -n 303p)" 0
        if grep -qiE '(,|^)-?(nan|inf)' out; then fail "nan or inf"; fi
    done
    # a large offset hides nothing
    noise 300 1 fields=2 | odd 150:3=95 >small
    awk -F, -v OFS=, 'NR > 1 { $3 = sprintf("%.4f", 1e9 + $3) } { print }' small >large
    good i small && column iforest_score <out | cut -c 1-6 >want
    good i large && column iforest_score <out | cut -c 1-6 | same want -
}

@test "10,000 fields" {
    awk 'BEGIN { for (j = 0; j < 10000; j++) printf "%sc%d", j ? "," : "", j; print ""
        for (i = 0; i < 100; i++) { for (j = 0; j < 10000; j++) printf "%s%d", j ? "," : "",
            i == 70 && j % 2 ? 5000 : (i * 7919 + j * 104729) % 1009
            print "" } }' >in
    for options in '--mode=classic' '--mode=fcf' '--sliding --sample=20'; do
        # shellcheck disable=SC2086
        good i $options -p 0.02 in
        equal "$(column iforest_score <out | grep -n . | sort -t : -k 2 | tail -n 1 | cut -d: -f 1)" 71
        [ "${options%% *}" = --sliding ] || flagged 71
    done
    good i --fit -m model in
    good i -m model in && mv out want
    good i in && same want out
}

@test "a record is judged by the values it has" {
    noise 600 1 fields=3 missing=7 | odd 300:3=95 300:2= 100:2= 100:3=NA 100:4= >in
    for mode in classic eif fcf; do
        good i --mode=$mode -x in
        equal "$(column iforest_state <out | grep -n missing)" 100:missing
        equal "$(column iforest_score <out | grep -c .)" 599
        good i --mode=$mode --fit -m model in
        good i -m model < <(printf 'timestamp,a,b,c\n1,,60,60\n1,60,,60\n1,60,60,60\n1,,,60\n')
        equal "$(column iforest_flag <out | sort | uniq -c | tr -s ' ')" " 4 0"
        good i -m model -p 0.05 -x < <(printf 'timestamp,a,b,c\n1,,95,60\n1,95,,\n')
        equal "$(column iforest_flag <out | paste -sd ' ')" "1 1"
        equal "$(column iforest_field <out | paste -sd ' ')" "b a"
    done
    # a field that is missing from all records
    good i -f a,b,c < <(awk -F, -v OFS=, 'NR > 1 { $3 = "" } { print }' in)
    equal "$(column iforest_score <out | grep -c .)" 599
}

# --- words -------------------------------------------------------------------------------------

# requests: 600 records, path and ms: /a is fast, /b is slow
requests() {
    awk 'BEGIN { print "path,ms"; for (i = 0; i < 600; i++)
        print i % 2 ? "/a," 10 + i * 37 % 41 : "/b," 1000 + i * 37 % 41 }'
}

@test "words are told apart, and a rare one is a reason" {
    { requests && echo /admin,1010; } >in
    good i --mode=fcf --categorical=path -x in
    flagged 601
    reason 601 | grep -q '^path /admin' || fail "reason: $(reason 601)"
    # bounds and an expected number there are none
    equal "$(column iforest_field <out | tail -n 1)" path
    equal "$(tail -n 1 out | cut -d, -f 7-9)" ,,
    # the same, said in other ways
    mv out want
    good i --mode=fcf -f ms,path -x in
    sed 1d want >a && sed 1d out | same a -
    good i --mode=fcf --categorical=path -f ms -x -o csv < <(to_json <in)
    sed 1d out | same a -
}

@test "words and numbers together" {
    { requests && echo /a,1010; } >in
    good i --mode=eif --categorical=path in
    equal "$(column iforest_flag <out | grep -n 1)" 601:1
    # without the words there is nothing to see
    good i -f ms --features=off --mode=eif in
    equal "$(column iforest_flag <out | tail -n 1)" 0
}

@test "words: missing ones, new ones, numbers as words, none" {
    requests >in
    good i --categorical=path --fit -m model in
    good i -m model -x < <(printf 'path,ms\n/new,1010\n,1010\nNA,1010\n/b,1010\n/b,\n,\n')
    equal "$(column iforest_state <out | paste -sd ' ')" "ok ok ok ok ok missing"
    # the number of a word is nobody's business: renamed they score alike
    good i -f path,ms --categorical=path in
    column iforest_score <out >want
    good i -f path,ms --categorical=path < <(sed 's|^/a|7|; s|^/b|3|' in)
    column iforest_score <out | same want -
    # -f names a field that begins with a word: it is one of words, unless that is forbidden
    exits 0 i -v -f path,ms in
    err_has 'words in path'
    exits 2 i -f path,ms --categorical= in
    err_has 'field "path": not a number: "/b"'
    exits 2 i --categorical=pth in
    err_has '"path"'
    # words that are not asked for are left alone
    exits 0 i -v in
    err_has 'field ms;'
}

# --- one field ---------------------------------------------------------------------------------

@test "one field is judged by its course" {
    # 11 is usual, but not among twenties
    awk 'BEGIN { print "value"; for (i = 0; i < 600; i++) print (i < 300 ? 10 : 20) + i * 7 % 5 }' |
        odd 450:1=11 >in
    good i --mode=fcf -x in
    flagged 450
    equal "$(column iforest_field <out | sed -n 450p)" value
    reason 450 | grep -qE '^value (change|rate|short deviation|long deviation|spread|range) ' ||
        fail "reason: $(reason 450)"
    # features other than the value have no bounds that a value could be compared with
    equal "$(column iforest_expected <out | sed -n 450p)" ''
    good i --mode=fcf --features=off in
    equal "$(column iforest_flag <out | sed -n 450p)" 0
    good i --features=on in && mv out want
    good i in && same want out
    noise 300 1 fields=2 >two
    good i --features=auto two && mv out want
    good i two && same want out
    exits 2 i --features=on two
    err_has -f
    good i --features=on -f b two
    good i --importance in
    equal "$(sed 1d out | cut -d, -f 1 | sort | paste -sd ,)" \
        "value,value change,value long deviation,value range,value rate,value short deviation,value spread,value time of day"
}

@test "one field with times: the rate of its change, the time of day" {
    # as much as ever, but in no time
    awk 'BEGIN { print "time,value"; t = 1700000000; for (i = 0; i < 400; i++) {
        t += i == 300 ? 0.05 : 10 + i % 3; printf "%.2f,%d\n", t, i * 37 % 71 } }' >in
    good i --mode=fcf -x in
    flagged 301
    reason 301 | grep -q '^value rate ' || fail "reason: $(reason 301)"
    # noon is high; so is, once, three in the morning
    awk 'BEGIN { print "time,value"; for (i = 0; i < 24 * 20; i++) {
        h = i % 24; print 1704067200 + i * 3600 "," (h > 8 && h < 16 ? 100 : 50) + i * 7 % 5 } }' |
        odd 363:2=101 364:2=102 365:2=103 366:2=101 >in
    good i -x -p 0.01 in
    sed -n '364,367p' out | grep -q ',1,ok,' || fail "not found"
    good i -t value -f time --features=off < <(printf 'time,value\n1,2\n')
    # by the clock of --tz, which a model has with it
    good i --tz=Asia/Tokyo --fit -m model in
    good i -m model in && mv out tokyo
    good i in
    differ tokyo out
    exits 2 i --tz=UTC -m model in
    err_has Asia/Tokyo
}

# --- reasons -----------------------------------------------------------------------------------

@test "-x says more and changes nothing" {
    noise 900 1 fields=3 spike_every=90 spike=30 >in
    for options in '' --mode=fcf '--sliding --sample=64' '--min-delta=3 --direction=up'; do
        # shellcheck disable=SC2086
        good i $options in && mv out want
        # shellcheck disable=SC2086
        good i $options -x in
        cut -d, -f 1-6 out | same want -
    done
    # a lasting change, more of one field, up, or of another one, down
    noise 3000 3 fields=3 | awk -F, -v OFS=, 'NR > 2000 { $2 += NR % 3 ? 30 : 10; $3 -= NR % 3 ? 10 : 30 } { print }' >in
    good i --sliding in && mv out want
    good i --sliding -x in
    cut -d, -f 1-6 out | same want -
    between 1 "$(count iforest_state shift <out)" 1
}

@test "shares are of the whole, the highest first, at least a tenth" {
    noise 600 3 fields=5 | odd 100:2=95 200:3=20 200:4=95 300:5=99 300:6=98 400:2=20 >in
    for mode in classic eif fcf; do
        good i --mode=$mode -p 0.02 -x -a in
        [ "$(wc -l <out)" -gt 3 ] || fail "too few"
        sed 1d out | sed 's/.*,"//; s/"$//' | while read -r text; do
            echo "$text" | grep -oE '[0-9]+ %' | awk -v text="$text" '
                { sum += $1; if (NR > 1 && ($1 > last || $1 < 10)) bad = 1; last = $1 }
                END { exit bad || sum > 102 || NR < 1 || NR > 3 }' || fail "$text"
        done
    done
}

@test "fields of -x are empty for what is not flagged" {
    noise 300 3 fields=3 | odd 150:3=95 >in
    good i -x in
    equal "$(awk -F, 'NR > 1 && $6 == 0 && ($8 $9 $10 $11) != ""' out)" ''
    equal "$(awk -F, 'NR > 1 && $6 == 0 && $12 == ""' out)" ''
    # -log(.0027)
    equal "$(column iforest_line <out | sort -u)" 5.914503506
    equal "$(column iforest_lower <out | sed -n 150p)" ''
    [ -n "$(column iforest_upper <out | sed -n 150p)" ] || fail "no upper bound"
}

@test "--importance: fields by their shares, as CSV and NDJSON, for each group" {
    # c hardly ever differs, a and b do
    noise 600 1 fields=3 groups=2 | awk -F, -v OFS=, 'NR > 1 { $5 = NR % 300 == 0 } { print }' >in
    good i -f a,b,c --importance in
    equal "$(head -n 1 out)" field,importance
    equal "$(tail -n 1 out | cut -d, -f 1)" c
    sed 1d out | awk -F, '{ sum += $2; if (NR > 1 && $2 > last) bad = 1; last = $2 }
        END { exit bad || NR != 3 || sum < 0.999999 || sum > 1.000001 }' || fail "shares"
    sed 1d out | awk -F, '{ printf "{\"field\":\"%s\",\"importance\":%s}\n", $1, $2 }' >want
    good i -f a,b,c --importance -o ndjson in && same want out
    good i -f a,b,c --importance < <(to_json <in) && same want out
    good i -f a,b,c --importance -o tsv in
    equal "$(head -n 1 out)" "$(printf 'field\timportance')"
    good i -f a,b,c --fit -m model in
    good i -m model --importance in
    sed 1d out | awk -F, '{ printf "{\"field\":\"%s\",\"importance\":%s}\n", $1, $2 }' | same want -
    good i -g host --importance in
    equal "$(head -n 1 out)" host,field,importance
    equal "$(wc -l <out)" 7
    equal "$(sed 1d out | cut -d, -f 1 | uniq -c | tr -s ' ' | sort | paste -sd ';')" " 3 h0; 3 h1"
    good i -g host --importance -o ndjson in
    jq -e '.host and .field and (.importance | type == "number")' out >/dev/null || fail "not NDJSON"
    # names and groups that need quotes
    good i -g g --importance < <(echo 'g,"a,b",c' && for k in {1..20}; do echo "\"x \"\"y\"\"\",$k,$((k * 7 % 11))"; done)
    grep -qF '"x ""y""","a,b",' out || fail "quotes"
}

# --- judging -----------------------------------------------------------------------------------

@test "guards ask about the field that mattered most" {
    noise 300 3 fields=3 | odd 150:3=95 200:4=25 >in
    good i -x in
    flagged 150
    flagged 200
    median=$(column iforest_expected <out | sed -n 150p)
    for case in --direction=up:10 --direction=down:01 --direction=both:11 --min-delta=34.5:11 \
        --min-delta=36:00 --min-pct=55:11 --min-pct=60:00; do
        good i "${case%:*}" -x in
        equal "$(column iforest_flag <out | sed -n '150p;200p' | paste -sd '')" "${case#*:}"
        for k in 1 2; do
            [ "${case#*:}" = 11 ] || column iforest_score <out | sed -n '150p;200p' | sed -n ${k}p |
                grep -qE '^0\.(499999|[5-9])' || fail "not capped: $case"
        done
    done
    # nearer than what was found before is normal, too: the bound of the reason says so
    good i --min-delta=34 -x in
    column iforest_upper <out | sed -n 150p | awk -v m="$median" '{ exit !($1 >= m + 34 - 1e-6) }' ||
        fail "the bound ignores the guard"
}

@test "-a, -e and --budget" {
    noise 2000 3 fields=3 spike_every=500 spike=40 >in
    good i --mode=fcf in && mv out all
    good i --mode=fcf -a in
    { head -n 1 all && grep ',1$' all; } | same - out
    exits 1 i --mode=fcf -e in
    exits 1 i --mode=fcf -e -a < <(to_json <in)
    good i -e < <(noise 5 1 fields=2)
    # 2000 minutes are 1.4 days
    good i --budget=4/day in
    between 2 "$(count iforest_flag 1 <out)" 12
}

@test "NDJSON in and out" {
    noise 400 3 fields=3 groups=2 | odd 150:4=95 >in
    good i -g host -x in && mv out csv
    good i -g host -x < <(to_json <in) && mv out json
    good i -g host -x -o ndjson in
    for n in score flag state field expected upper line reason; do
        jq -r ".iforest_$n // empty" json >a
        jq -r ".iforest_$n // empty" out | same a -
    done
    equal "$(sed -n 150p json | jq -r .iforest_flag)" true
    equal "$(sed -n 150p json | jq -r .iforest_field)" b
    column iforest_score <csv | same - <(jq -r .iforest_score json | sed 's/null//')
}

@test "options of its own are checked before any input is read" {
    printf 'a,b\n1,2\n' >in
    for option in --mode=forest --trees=0 --trees=x --sample=1 --sample=257 --max-sample=9 \
        --window=15 --window=5m --features=maybe --max-memory=x; do
        { exits 2 i "$option" && cat >rest; } <in
        err_has "${option%%=*}"
        same in rest
    done
    exits 2 i --mode=clasic <in
    err_has classic
}

@test "--max-sample bounds what is fitted, not what is scored" {
    noise 3000 1 fields=3 | odd 2900:3=95 2900:4=20 >in
    good i --max-sample=500 in
    equal "$(column iforest_score <out | grep -c .)" 3000
    good i --max-sample=3000 in && mv out want
    good i in && same want out
    good i --max-sample=500 in && differ want out
    # fewer than a tree would take
    good i --max-sample=50 in
    equal "$(column iforest_score <out | grep -c .)" 3000
}

# --- sliding -----------------------------------------------------------------------------------

@test "--sliding: a pass split anywhere is one pass" {
    noise 900 12 fields=2 groups=2 spike_every=70 spike=25 shift_at=600 shift=40 missing=41 >in
    # of the options only those that judge and print are needed again
    for options in : --mode=fcf: --window=100: --shift-after=0: --shift-after=5: \
        ':-p 0.02 --budget=99/day' --features=on:'-f a'; do
        judging=${options#*:}
        # shellcheck disable=SC2086
        set -- --sliding --sample=50 --trees=30 -x -g host ${options%:*} $judging
        good i "$@" in && mv out whole
        grep -q ',1,ok,' whole || fail "no alarm: $options"
        for k in $((1 + RANDOM % 898)) $((1 + RANDOM % 898)) 128 610; do
            rm -f st
            good i "$@" -S st < <(head -n $((k + 1)) in) && mv out first
            # shellcheck disable=SC2086
            good i -S st -x $judging < <(head -n 1 in && tail -n +$((k + 2)) in)
            { cat first && tail -n +2 out; } >got
            same whole got || fail "split after $k: $options"
        done
    done
}

@test "--sliding: warm-up of --sample records, then scores" {
    noise 400 1 fields=2 >in
    for n in 16 100 256; do
        good i --sliding --sample=$n -x in
        equal "$(column iforest_state <out | grep -c warmup)" $n
        equal "$(column iforest_state <out | grep -c ok)" $((400 - n))
    done
    good i --sliding in
    equal "$(column iforest_score <out | grep -c .)" 144
    # a window smaller than what a tree would take
    good i --sliding --window=50 in
    equal "$(column iforest_score <out | grep -c .)" 350
}

@test "--sliding finds a spike" {
    noise 600 1 fields=3 | odd 450:3=95 450:4=94 550:2=10 550:4=5 >in
    for mode in classic eif fcf; do
        good i --sliding --mode=$mode -x in
        flagged 450
        flagged 550
        column iforest_field <out | sed -n 450p | grep -q '[bc]' || fail "another field"
        column iforest_field <out | sed -n 550p | grep -q '[ac]' || fail "another field"
        between 2 "$(count iforest_flag 1 <out)" 7
    done
}

@test "--sliding: a lasting change gives some flags, one shift, a warm-up, then silence" {
    noise 3000 3 fields=3 | awk -F, -v OFS=, 'NR > 1500 { $2 += 30; $3 -= 30; $4 += 30 } { print }' >in
    good i --sliding -x in
    column iforest_state <out >state
    equal "$(grep -c shift state)" 1
    between 1519 "$(grep -n shift state | cut -d: -f 1)" 1530
    # within two windows it is as before: 1,224 records, 3.3 false alarms expected
    between 0 "$(column iforest_flag <out | tail -n +1776 | grep -c 1)" 16
    # without the rule it learns by and by, and recovers as well
    good i --sliding --window=512 --shift-after=0 -x in
    equal "$(grep -c shift <(column iforest_state <out))" 0
    flagged 1505
    between 0 "$(column iforest_flag <out | tail -n +2525 | grep -c 1)" 8
}

@test "--sliding: memory does not grow with the number of records" {
    noise 60000 5 fields=2 >in
    good within 24000 i --sliding --trees=8 --sample=64 --window=512 in
}

@test "--sliding: --no-learn judges and leaves the state" {
    noise 400 1 fields=2 >a
    noise 200 2 fields=2 mean=75 >b
    good i --sliding -S st a
    cp st before
    good i -S st --no-learn -x b
    equal "$(count iforest_state shift <out)" 0
    equal "$(count iforest_flag 1 <out)" 200
    mv out want
    cp before st
    good i -S st --no-learn -x b && same want out
    # what the state says of itself but the times of the file: the same judgements again
    good i -S st --no-learn -x b && same want out
}

@test "--fit of a stream: the model is of its end" {
    noise 900 1 fields=2 shift_at=451 shift=40 >in
    good i --sliding --sample=64 --fit -m model in
    noise 300 2 fields=2 >before
    noise 300 2 fields=2 mean=100 >after
    good i -m model -p 0.02 before
    between 290 "$(count iforest_flag 1 <out)" 300
    good i -m model -p 0.02 after
    between 0 "$(count iforest_flag 1 <out)" 18
}
