#!/usr/bin/env bats
# State and model files: never lost, never half written, never taken for something else.

load helper

# a state worth keeping, in ./st
small_state() {
    noise 40 1 groups=2 >in
    rm -f st
    exits 0 ad -S st -g host <in
}

# loads STATUS: an empty pass with ./st ends so
loads() {
    exits "$1" ad -S st -g host </dev/null
}

@test "a damaged state is refused, whichever bit it is" {
    for tool in $(streaming); do
        small_state
        bytes=$(od -An -v -tx1 st | tr -d '\n')
        bytes=${bytes// /\\x}
        size=$((${#bytes} / 4))
        # every bit with AD_FULL, else one of each byte of a state that is small enough
        step=$((1 + size / (${AD_SLOW:+1} + 0 ? 30 : 600)))
        for ((i = 0; i < size; i += ${AD_FULL:+1}+0 ? 1 : step)); do
            for bit in {0..7}; do
                [ -n "${AD_FULL:-}" ] || [ $bit = $((i % 8)) ] || continue
                printf -v byte '\\x%02x' $((0x${bytes:i * 4 + 2:2} ^ 1 << bit))
                printf "${bytes:0:i*4}$byte${bytes:i*4+4}" >st
                status=0
                ad -S st -g host </dev/null >out 2>err || status=$?
                [ "$status" = 2 ] && [ -s err ] && [ ! -s out ] || fail "bit $bit of byte $i of $size: status $status"
            done
        done
        printf "$bytes" >st
        loads 0
    done
}

@test "a state that was cut short or has something behind it is refused" {
    for tool in $(streaming); do
        small_state
        cp st whole
        size=$(wc -c <whole)
        for n in 0 1 7 8 9 20 $((size / 4)) $((size / 2)) $((size - 5)) $((size - 4)) $((size - 1)); do
            head -c "$n" whole >st
            loads 2
            err_has st
        done
        { cat whole && printf '\0'; } >st
        loads 2
        { cat whole && cat whole; } >st
        loads 2
        noise 100 >st
        loads 2
        head -c 100000 /dev/zero >st
        loads 2
        # nothing was overwritten
        equal "$(wc -c <st)" 100000
        rm st && mkdir st
        loads 2
        rmdir st
        cp whole st
        loads 0
    done
}

@test "a state of other options is refused with the option and both values" {
    noise 40 1 groups=2 fields=2 >in
    for tool in $(streaming); do
        rm -f st
        exits 0 ad -S st -f a -g host --tz=Europe/Berlin <in
        cp st before
        exits 2 ad -S st -f b -g host --tz=Europe/Berlin <in
        err_like "(field|score).*\ba\b.*\bb\b|(field|score).*\bb\b.*\ba\b"
        exits 2 ad -S st -f a -g timestamp --tz=Europe/Berlin <in
        err_has group-by
        err_has host
        err_has timestamp
        exits 2 ad -S st -f a -g host --tz=Asia/Tokyo <in
        err_has Europe/Berlin
        err_has Asia/Tokyo
        same before st
        # these shape no state
        good ad -S st -f a -g host --tz=Europe/Berlin -p 0.01 --gap=2h -x -n me -a -o ndjson <in
        ! has --min-delta || good ad -S st -f a -g host --direction=up --min-delta=1 <in
        good ad -S st -f a -g host --tz=Europe/Berlin --budget=3/day <in
        good ad -S st -f a -g host --tz=Europe/Berlin <in
    done
}

@test "a state's permissions are 0600, a model's follow the umask" {
    noise 60 >in
    for tool in $(streaming); do
        rm -f st
        (umask 0 && ad -S st <in >out)
        equal "$(stat -c %a st)" 600
        chmod 644 st
        (umask 0 && ad -S st <in >out)
        equal "$(stat -c %a st)" 600
    done
    for tool in $(tools_with --alpha --fit --model); do
        rm -f model
        (umask 022 && ad --fit -m model <in >out)
        equal "$(stat -c %a model)" 644
        rm -f model
        (umask 027 && ad --fit -m model <in >out)
        equal "$(stat -c %a model)" 640
    done
}

@test "a symbolic link is followed, not replaced" {
    noise 60 >in
    for tool in $(streaming); do
        mkdir -p real
        ln -sf real/st link
        good ad -S link <in
        [ -L link ] || fail "the link was replaced"
        [ -s real/st ] || fail "no state where the link leads"
        good ad -S link <in
        [ -L link ] || fail "the link was replaced"
        # the lock is one for both names
        exec 5>real/st.lock
        flock 5
        exits 75 ad -S link <in
        exits 75 ad -S real/st <in
        exec 5>&-
        rm -r link real
    done
}

@test "nothing is left beside the state but its lock" {
    noise 60 >in
    for tool in $(streaming); do
        mkdir d
        good ad -S d/st <in
        good ad -S d/st <in
        equal "$(ls -A d | sort | paste -sd ' ')" "st st.lock"
        rm -r d
    done
}

@test "a state that cannot be saved is an error" {
    noise 60 >in
    for tool in $(streaming); do
        exits 2 ad -S no/such/dir/st <in
        err_has no/such/dir
        exits 2 ad -S '' <in
        exits 2 ad -S . <in
    done
}

@test "two runs on one state: the second says try again, or waits" {
    noise 60 >in
    mkfifo to
    for tool in $(tools_with --alpha --lock-wait); do
        rm -f st
        ad_exec -S st <to >first 2>err1 &
        pid=$!
        exec 5>to
        head -n 31 in >&5
        eventually test -s first
        exits 75 ad -S st <in
        err_has st
        [ ! -s out ] || fail "output"
        exits 75 ad --lock-wait=1 -S st <in
        { sleep 0.3 && tail -n +32 in >&5; } 3>&- &
        exec 5>&-
        { head -n 1 in && echo 1700010000,60; } >b
        good ad --lock-wait=10 -S st -x <b
        wait $pid
        # it had all that the first one learnt
        rm st
        good ad -S st <in && good ad -S st -x <b && mv out want
        good ad -x < <(cat in && tail -n 1 b)
        tail -n 1 out | same - <(tail -n 1 want)
    done
}

@test "status 2 saves nothing" {
    noise 60 >in
    { cat in && echo oops; } >bad
    noise 30 | gzip | head -c -9 >cut.gz
    for tool in $(streaming); do
        rm -f st
        exits 2 ad -S st --on-bad=fail bad
        [ ! -e st ] || fail "a state was saved"
        good ad -S st in
        cp st before
        exits 2 ad -S st --on-bad=fail bad
        exits 2 ad -S st cut.gz
        exits 2 ad -S st in no-such-file
        [ -c /dev/full ] && { ad -S st in >/dev/full 2>err || true; }
        same before st
    done
}

@test "--no-learn leaves the state's numbers as they are" {
    noise 60 1 >in
    noise 60 2 mean=63 >other
    for tool in $(tools_with --alpha --state --no-learn); do
        rm -f st
        good ad -S st <in
        cp st before
        good ad -S st --no-learn <other && mv out want
        cp before st
        good ad -S st --no-learn <other >/dev/null
        good ad -S st --no-learn <other
        same want out
    done
}

@test "a model scores and does not learn" {
    noise 300 1 groups=2 >in
    noise 200 2 groups=3 spike_every=50 spike=20 >new
    for tool in $(tools_with --alpha --fit --model); do
        rm -f model
        good ad --fit -m model -g host <in
        [ ! -s out ] || fail "output while fitting"
        cp model before
        exits 0 ad -m model -g host -x <new
        err_has group
        equal "$(wc -l <err)" 1
        same before model
        n=$(prefix)
        awk -F, 'NR == 1 || $2 == "h2"' out | count "${n}_state" warmup >got
        equal "$(cat got)" "$(grep -c ',h2,' new)"
        mv out want
        # each record is judged alone: the order does not matter
        { head -n 1 new && tail -n +2 new | tac; } >backwards
        exits 0 ad -m model -g host -x <backwards
        { head -n 1 out && tail -n +2 out | tac; } | cut -d, -f 4,5 | same - <(cut -d, -f 4,5 want)
        exits 2 ad -m no-such-model <new
        err_has no-such-model
        exits 2 ad --fit <in
        err_has --model
        exits 2 ad -m model -S st -g host <new
        head -c 100 before >model
        exits 2 ad -m model -g host <new
    done
}

@test "detectors that need all data refuse -S without a model" {
    noise 60 >in
    for tool in $(comm -23 <(detectors | sort) <(streaming | sort)); do
        exits 2 ad -S st <in
        [ -s err ] || fail "no message"
    done
}

@test "the n-th step of a save fails: a message, status 2, the old state" {
    noise 60 1 groups=2 >in
    for tool in $(streaming); do
        faultinject
        rm -f st
        good ad -S st -g host in
        cp st before
        for what in read write fsync rename malloc; do
            for ((n = 1; n < 400; n += n < 60 ? 1 : n / 20)); do
                cp before st
                capture faulty $what $n ad -S st -g host in
                [ -e fired ] || break
                case $status in
                0 | 2 | 75) ;;
                *) fail "$what $n: status $status" ;;
                esac
                if [ $status != 0 ]; then
                    [ -s err ] || fail "$what $n: no message"
                    # the sync of the folder comes after the fact; all else before it
                    [ $what = fsync ] || same before st
                fi
                loads 0
            done
            [ $n -gt 1 ] || fail "$what: never called"
        done
    done
}

@test "killed at any step of a save, the state loads" {
    noise 60 1 groups=2 >in
    for tool in $(streaming); do
        faultinject
        rm -f st
        good ad -S st -g host in
        cp st before
        for n in {1..40}; do
            cp before st
            capture faulty die $n ad -S st -g host in
            [ -e fired ] || break
            equal "$status" 137
            loads 0
        done
        [ ! -e fired ] || fail "no end"
        [ "$n" -gt 3 ] || fail "only $n steps"
        # also when there was none before
        for n in {1..40}; do
            rm -f st
            capture faulty die $n ad -S st -g host in
            [ -e fired ] || break
            if [ -e st ]; then loads 0; fi
        done
    done
}

@test "kill -9 at any time, the state loads" {
    noise 3000 1 groups=50 >in
    for tool in $(streaming); do
        rm -f st
        for ((i = 0; i < (${AD_FULL:-0} ? 200 : 15); i++)); do
            ad_exec -S st -g host in >out 2>err &
            pid=$!
            sleep 0.00$((RANDOM % 10))$((RANDOM % 10))
            kill -9 $pid 2>/dev/null || true
            wait $pid || true
            if [ -e st ]; then loads 0; fi
        done 2>/dev/null
    done
}

@test "the order of groups in the state is that of their last use" {
    noise 30 1 groups=2 >in
    for tool in $(tools_with --alpha --direction --state --max-keys); do
        rm -f st
        n=$(prefix)
        awk 'BEGIN { print "host,value"; for (i = 0; i < 40; i++) print "a," i % 7; for (i = 0; i < 40; i++) print "b," i % 7
            print "a,3" }' >in
        good ad -S st -g host <in
        # room for two: c drives out b, which was used before a
        exits 0 ad -S st -g host --max-keys=2 -x < <(printf 'host,value\nc,1\na,3\nb,3\n')
        equal "$(column "${n}_state" <out | paste -sd ' ')" "warmup ok warmup"
    done
}

@test "--save-every=0 saves at the end only" {
    mkfifo to
    noise 30 >in
    for tool in $(tools_with --alpha --save-every); do
        rm -f st
        ad_exec -S st --save-every=0 <to >out 2>err &
        pid=$!
        exec 5>to
        cat in >&5
        eventually test -s out
        sleep 0.1
        [ ! -e st ] || fail "saved before the end"
        exec 5>&-
        wait $pid
        [ -s st ] || fail "not saved"
    done
}
