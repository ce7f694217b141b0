#!/usr/bin/env bats
# One pass, two passes with a state between them, a growing file: the same bytes come out.

load helper

# split_at K: lines of ./in (whose first is the header) into ./a and ./b, both with the header
split_at() {
    head -n $((1 + $1)) in >a
    { head -n 1 in && tail -n +$((2 + $1)) in; } >b
}

# in_two OPTION...: split ./in at random points; each time two passes give what one gives
in_two() {
    local rows k
    rows=$(($(wc -l <in) - 1))
    capture ad "$@" <in
    [ "$status" = 0 ] || fail "one pass: $*"
    mv out whole
    # or else there is nothing to compare
    grep -qE ',0\.[0-9]+,' whole || fail "no scores: $*"
    for k in 1 $((1 + RANDOM % rows)) $((1 + RANDOM % rows)) $((rows - 1)); do
        split_at $k
        rm -f st
        exits 0 ad -S st "$@" <a
        mv out first
        exits 0 ad -S st "$@" <b
        { cat first && tail -n +2 out; } >got
        same whole got || fail "split after $k: $*"
    done
}

@test "a pass over A and one over B are a pass over A and B" {
    noise 700 4 groups=3 missing=31 spike_every=90 spike=13 >in
    for tool in $(streaming); do
        in_two
        in_two -x -g host
    done
}

@test "the same with a step, a shift, guards, late records and gaps" {
    noise 500 5 shift_at=250 shift=14 |
        awk -F, -v OFS=, 'NR > 1 { if (NR % 70 == 0) $1 -= 500; if (NR > 300) $1 += 9000 } { print }' >in
    for tool in $(streaming); do
        in_two -x --gap 1h
        has --shift-after || continue
        in_two --direction=up --shift-after 8
        in_two -x --min-delta 5 --min-pct 3
        # in the middle of the run of flags and around its end
        for k in 251 255 268 269 270 271; do
            split_at $k
            rm -f st
            good ad -x <in && mv out whole
            good ad -x -S st <a && mv out first
            good ad -x -S st <b
            { cat first && tail -n +2 out; } | same whole -
        done
    done
}

@test "the same with several fields" {
    noise 400 6 fields=3 missing=17 spike_every=60 spike=12 >in
    for tool in $(tools_with --alpha --state --each); do
        in_two -x -f a,b,c
        in_two --each -f a,b,c
    done
}

@test "the same with a budget" {
    # 2,048 scored records and more, so that the line was set twice
    noise 3000 7 spike_every=70 spike=8 >in
    for tool in $(streaming); do
        in_two -x --budget=5/day
    done
}

@test "NDJSON and bare columns: the outputs joined are byte for byte the whole" {
    noise 300 8 groups=2 spike_every=40 spike=12 >in.csv
    to_json <in.csv >in
    for tool in $(streaming); do
        good ad -g host <in && mv out whole
        for k in 1 $((RANDOM % 300)) $((RANDOM % 300)) 299; do
            rm -f st
            good ad -S st -g host < <(head -n $k in) && mv out first
            good ad -S st -g host < <(tail -n +$((k + 1)) in)
            cat first out | same whole -
        done
        seq 300 | awk '{ print $1 * 7 % 13 }' >bare.csv
        good ad --no-header -f 1 <bare.csv && mv out whole
        for k in 1 $((RANDOM % 300)) 299; do
            rm -f st
            good ad -S st --no-header -f 1 < <(head -n $k bare.csv) && mv out first
            good ad -S st --no-header -f 1 < <(tail -n +$((k + 1)) bare.csv)
            cat first out | same whole -
        done
    done
}

@test "many small passes" {
    noise 120 9 groups=2 spike_every=30 spike=12 | to_json >in
    for tool in $(streaming); do
        good ad -x -g host <in && mv out whole
        : >got
        rm -f st
        n=1
        while [ $n -le 120 ]; do
            k=$((1 + RANDOM % 9))
            good ad -x -g host -S st < <(tail -n +$n in | head -n $k)
            cat out >>got
            n=$((n + k))
        done
        same whole got
        # and ones over nothing
        good ad -x -g host -S st </dev/null
        [ ! -s out ] || fail "output from nothing"
    done
}

@test "what was guessed for A holds for B" {
    for tool in $(streaming); do
        rm -f st
        # the delimiter: B alone would be taken for commas
        { echo 'x;value;y' && for i in {1..40}; do echo "a,b;$((i * 7 % 13));c,d"; done; } >in
        good ad <in && mv out whole
        good ad -S st <in
        good ad -S st < <(printf 'x;value;y\n')
        equal "$(cat out)" "$(head -n 1 whole)"
        # the field: in B's first record another is numeric
        rm st
        if has --direction; then
            good ad -S st < <(printf 'x,y\na,1\na,2\n')
            good ad -S st -x < <(printf 'x,y\n3,\nb,4\n')
            rm st
        fi
        # a guessed time that was no time
        good ad -S st < <(printf 'time,value\nmonday,1\ntuesday,2\n')
        good ad -S st < <(printf 'time,value\n1700000000,1\nx,2\n')
    done
}

@test "the time between the passes counts" {
    for tool in $(tools_with --alpha --state --gap); do
        rm -f st
        noise 40 >a
        good ad -x --gap 1h -S st <a
        good ad -x --gap 1h -S st < <(printf 'timestamp,value\n1700900000,60\n1700900060,60\n')
        equal "$(column "$(prefix)_state" <out | paste -sd ' ')" "nodata ok"
    done
}

# --- resume ------------------------------------------------------------------------------------

# one run with --resume; its records go to ./part and are added to ./got
next_part() {
    good ad --resume -S st -x log.csv
    grep -v '^timestamp,' out >part || true
    cat part >>got
}

@test "--resume: a growing file is read once" {
    noise 200 1 spike_every=40 spike=12 >in
    for tool in $(tools_with --alpha --resume); do
        rm -f st got log.csv
        good ad -x <in
        tail -n +2 out >whole
        size=$(wc -c <in)
        head -c 1000 in >log.csv
        next_part
        at=1000
        while [ $at -lt "$size" ]; do
            k=$((1 + RANDOM % 900))
            tail -c +$((at + 1)) in | head -c $k >>log.csv
            at=$((at + k))
            next_part
        done
        same whole got
        next_part # nothing new
        [ ! -s part ] || fail "records came twice"
    done
}

@test "--resume: a last line without a newline waits" {
    for tool in $(tools_with --alpha --resume); do
        rm -f st got log.csv
        { noise 20 && printf '1700009000,6'; } >log.csv
        next_part
        equal "$(wc -l <part)" 20
        next_part
        equal "$(wc -l <part)" 0
        printf '2\n' >>log.csv
        next_part
        equal "$(wc -l <part)" 1
        equal "$(cut -d, -f 1,2 part)" 1700009000,62
        # the same in NDJSON
        rm st
        printf '{"value":1}\n{"value":2}\n{"value"' >log.json
        good ad --resume -S st log.json
        equal "$(wc -l <out)" 2
        printf ':3}\n' >>log.json
        good ad --resume -S st log.json
        equal "$(sed -E 's/,.*/}/' out)" '{"value":3}'
    done
}

@test "--resume: a rotated file starts at its beginning" {
    noise 30 1 >in
    for tool in $(tools_with --alpha --resume); do
        rm -f st got log.csv log.csv.1
        cp in log.csv
        next_part
        mv log.csv log.csv.1
        noise 40 2 start=1700100000 >log.csv
        exits 0 ad --resume -S st -x -v log.csv
        err_has log.csv
        err_like "rotated|replaced|new file|another file|from its? (start|beginning)"
        equal "$(grep -vc '^timestamp,' out)" 40
        next_part
        equal "$(wc -l <part)" 0
    done
}

@test "--resume: a truncated file starts at its beginning" {
    for tool in $(tools_with --alpha --resume); do
        rm -f st got log.csv
        noise 30 1 >log.csv
        next_part
        noise 10 2 start=1700100000 >other
        cat other >log.csv # the same inode, shorter
        next_part
        equal "$(wc -l <part)" 10
        # the same inode, and already longer than before: the bytes before the offset differ
        noise 90 3 start=1700200000 >other
        cat other >log.csv
        next_part
        equal "$(wc -l <part)" 90
        : >log.csv
        next_part
        equal "$(wc -l <part)" 0
        cat other >log.csv
        next_part
        equal "$(wc -l <part)" 90
    done
}

@test "--resume: each of several files has its own place" {
    for tool in $(tools_with --alpha --resume); do
        rm -f st
        noise 20 1 >a
        noise 30 2 >b
        good ad --resume -S st a b
        equal "$(grep -vc '^timestamp,' out)" 50
        echo 1700008000,61 >>a
        echo 1700008060,62 >>b
        echo 1700008120,63 >>b
        good ad --resume -S st a b
        grep -v '^timestamp,' out | cut -d, -f 2 | same - <(printf '%s\n' 61 62 63)
        echo 1700008180,64 >>b
        good ad --resume -S st b
        grep -v '^timestamp,' out | cut -d, -f 2 | same - <(echo 64)
        good ad --resume -S st a b
        grep -v '^timestamp,' out >got || true
        [ ! -s got ] || fail "records came twice"
    done
}

@test "--resume: a gzip cannot be gone on with, and says so" {
    noise 60 1 groups=2 >in
    gzip in
    for tool in $(tools_with --alpha --resume); do
        rm -f st
        exits 2 ad --resume -S st in.gz
        err_has in.gz
        err_like "gzip|compressed"
    done
}

@test "--resume: the header is still that of the file" {
    for tool in $(tools_with --alpha --resume); do
        rm -f st
        printf 'timestamp,host,value\n1700000000,a,1\n1700000060,a,2\n' >log.csv
        good ad --resume -S st log.csv
        echo 1700000120,a,3 >>log.csv
        good ad --resume -S st -o ndjson log.csv
        grep -q '"timestamp":1700000120,"host":"a","value":3,' out || fail "names are lost"
        equal "$(wc -l <out)" 1
    done
}

@test "--resume: blank lines before the header come out once" {
    for tool in $(tools_with --alpha --resume); do
        rm -f st
        printf '\nvalue,x\n1,a\n' >log.csv
        good ad --resume -S st log.csv
        equal "$(sed -n 1p out)" ''
        echo ,a >>log.csv
        good ad --resume -S st log.csv
        out_is < <(echo ,a,,)
    done
}

# --- signals -----------------------------------------------------------------------------------

@test "SIGTERM and SIGINT: flush, save the state, die by the signal" {
    noise 300 1 groups=2 spike_every=40 spike=12 >in
    mkfifo to
    for tool in $(streaming); do
        good ad -x -g host <in && mv out whole
        for signal in TERM INT; do
            rm -f st
            # a background job of a shell without job control ignores SIGINT; env sets it right
            UNDER='env --default-signal=INT' ad_exec -S st -x -g host <to >out 2>err &
            pid=$!
            exec 5>to
            head -n 151 in >&5
            eventually lines out 151
            kill -$signal $pid
            status=0
            wait $pid || status=$?
            exec 5>&-
            equal "$status" $((signal == INT ? 130 : 143))
            mv out first
            split_at 150
            good ad -S st -x -g host <b
            { cat first && tail -n +2 out; } | same whole -
        done
    done
}

TERM=15 INT=2
lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }

@test "SIGTERM in the middle of a file: what was printed is what was saved" {
    # the output goes to a pipe that nobody reads from at first, so that the middle is not missed
    noise 200000 1 bare=1 >in
    mkfifo from
    for tool in $(streaming); do
        rm -f st
        good ad --no-header -f 1 <in && mv out whole
        ad_exec -S st --no-header -f 1 <in >from 2>err &
        pid=$!
        exec 6<from
        head -c 1000 <&6 >first
        kill -TERM $pid
        cat <&6 >>first
        exec 6<&-
        status=0
        wait $pid || status=$?
        equal "$status" 143
        n=$(wc -l <first)
        between 1 "$n" 199999
        good ad -S st --no-header -f 1 < <(tail -n +$((n + 1)) in)
        cat first out | same whole -
    done
}

@test "a live run saves its state every now and then" {
    mkfifo to
    for tool in $(tools_with --alpha --save-every); do
        rm -f st stats
        ad_exec -S st --save-every=0.2s --stats=stats --no-header -f 1 <to >out 2>err &
        pid=$!
        exec 5>to
        seq 30 >&5
        eventually test -s st
        eventually test -s stats
        kill -9 $pid
        wait $pid || true
        exec 5>&-
        good ad -S st --no-header -f 1 < <(echo 31)
    done
}

@test "a reader that goes away: the state stays as it was" {
    noise 50000 1 >in
    head -n 100 in >a
    for tool in $(streaming); do
        rm -f st
        ad -S st <in 2>err | head -n 1 >out
        [ ! -e st ] || fail "a state was saved"
        good ad -S st <a
        cp st before
        ad -S st <in 2>err | head -n 1 >out
        same before st
    done
}
