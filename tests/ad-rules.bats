#!/usr/bin/env bats
# ad-rules as a filter: records through it, five fields behind them. The language of conditions and
# the effect of actions are tested in unit/expr.c and unit/rules.c.

load helper

# rules LINE...: ./rules.ini
rules() {
    printf '%s\n' "$@" >rules.ini
}

# scored: records with a score
scored() {
    cat <<'END'
time,path,host,value,z_score,z_flag
1000,/health,a,5,0.6,1
1001,/pay/x,a,200,0.55,1
1002,/x,b,7,0.1,0
1003,/x,b,,,
1004,/pay,b,3,0.95,1
END
}

all_kinds() {
    rules '[rule health]' 'when = path == "/health"' 'action = suppress' \
        '[rule pay]' 'when = path =~ "^/pay" && value > 100' 'action = escalate' 'action = tag money,now' \
        '[rule strict]' 'when = host == "b"' 'action = adjust_threshold 0.1'
}

@test "five fields are appended, always all" {
    all_kinds
    scored >in
    good ad-rules rules.ini in
    # rule_score = S/(S + m S0) is s/(s + m (1 - s)): 0.1 / (0.1 + 0.1 x 0.9) is 0.526316
    out_is <<'END'
time,path,host,value,z_score,z_flag,rule,rule_score,rule_flag,severity,tags
1000,/health,a,5,0.6,1,health,0.6,0,medium,
1001,/pay/x,a,200,0.55,1,pay,0.55,1,high,"money,now"
1002,/x,b,7,0.1,0,strict,0.526316,1,medium,
1003,/x,b,,,,strict,,,,
1004,/pay,b,3,0.95,1,strict,0.994764,1,critical,
END
    to_json <in | sed 's/"z_score":"","z_flag":""/"z_score":null,"z_flag":null/' >in.json
    good ad-rules rules.ini in.json
    sed -n '2p;4p' out >got
    same got - <<'END'
{"time":1001,"path":"/pay/x","host":"a","value":200,"z_score":0.55,"z_flag":1,"rule":"pay","rule_score":0.55,"rule_flag":true,"severity":"high","tags":"money,now"}
{"time":1003,"path":"/x","host":"b","value":"","z_score":null,"z_flag":null,"rule":"strict","rule_score":null,"rule_flag":null,"severity":"","tags":""}
END
}

@test "every byte of the input passes" {
    all_kinds
    scored | sed 's/$/\r/' >crlf
    good ad-rules rules.ini crlf
    cut -d, -f 1-6 <out >got && sed 's/\r//' crlf | same got -
    grep -c $'\r$' out | same - <(echo 6)
    scored | gzip >in.gz
    good ad-rules rules.ini in.gz
    cut -d, -f 1-6 <out >got && scored | same got -
    # blank lines, bad rows, a last line without a newline
    printf 'path,host,value\n\n"/he\nalth",a,1\n/x,a\n/x,b,2' >in
    exits 0 ad-rules rules.ini in
    printf '%s\n' path,host,value,rule,rule_score,rule_flag,severity,tags '' '"/he' 'alth",a,1,,,,,' \
        /x,a,,,,,, >want
    printf '/x,b,2,strict,,,,' >>want
    same want out
    err_has 'in:5: '
}

@test "-a, -e and --stats go by rule_flag" {
    all_kinds
    scored >in
    exits 1 ad-rules rules.ini -a -e --stats=st in
    cut -d, -f 1 <out | paste -sd ' ' | same - <(echo time 1001 1002 1004)
    grep -q '"flagged":3' st || fail "$(cat st)"
    scored | head -n 2 >in
    exits 0 ad-rules rules.ini -e in
}

@test "the score is that of the ensemble, or the only one, or the one that is named" {
    rules '[rule any]' 'when = 1 == 1' 'action = tag x'
    printf 'a_score,a_flag,ensemble_score,ensemble_flag\n0.1,0,0.7,1\n' >in
    good ad-rules rules.ini in
    equal "$(column rule_score <out)" 0.7
    good ad-rules rules.ini -f a_score in
    equal "$(column rule_score <out)" 0.1
    printf 'a_score,a_flag,b_score,b_flag\n0.1,0,0.7,1\n' >in
    exits 2 ad-rules rules.ini in
    err_has 'several detectors have scored'
    good ad-rules rules.ini --score=b_score in
    # none at all
    printf 'x\n5\n' | ad-rules rules.ini | same - <(printf 'x,rule,rule_score,rule_flag,severity,tags\n5,any,,,,x\n')
}

@test "what rules remember, each group has for itself, and a state keeps it" {
    rules '[rule often]' 'when = count(60s) > 2' 'action = severity high' \
        '[rule fall]' 'when = pct_change(value) < -20' 'action = tag fall'
    awk 'BEGIN { print "time,host,value"
        for (i = 0; i < 200; i++) print 1000 + i * 17 % 97 + i * 9 "," (i % 3 ? "a" : "b") "," i * 31 % 50 }' >in
    good ad-rules rules.ini -g host in && mv out whole
    [ "$(count severity high <whole)" -gt 20 ] || fail "too few"
    for k in 1 50 137; do
        rm -f st
        head -n $((k + 1)) in >a
        { head -n 1 in && tail -n +$((k + 2)) in; } >b
        good ad-rules rules.ini -g host -S st a && mv out first
        good ad-rules rules.ini -g host -S st b
        { cat first && tail -n +2 out; } | same whole -
    done
    # rules of other names may come, but not other memories
    sed -i 's/often/frequent/' rules.ini
    good ad-rules rules.ini -g host -S st b
    sed -i 's/60s/61s/' rules.ini
    exits 2 ad-rules rules.ini -g host -S st b
    err_has 'what the rules remember was count(60s) pct_change(value), not count(61s) pct_change(value)'
}

@test "wrong rules are refused before any input is read, with a caret" {
    rules '[rule night]' 'when = hourly(time) < 6' 'action = suppress'
    printf 'x\n1\n' >in
    { exits 2 ad-rules rules.ini && cat >rest; } <in
    same in rest
    same err - <<'END'
ad-rules: rules.ini:2: unknown function "hourly"; did you mean "hour"?
      hourly(time) < 6
      ^
END
    exits 2 ad-rules --check=rules.ini
    err_has 'rules.ini:2:'
    all_kinds
    good ad-rules --check=rules.ini
    out_is <<<'rules.ini: 3 rules'
    exits 2 ad-rules none.ini </dev/null
    err_has none.ini
    exits 2 ad-rules </dev/null
    err_has 'ad-rules RULES [FILE]'
    exits 2 ad-rules rules.ini < <(printf 'path,hast,value\n/x,a,1\n')
    err_has 'no field "host"'
    err_has 'did you mean "hast"?'
}

@test "a value of the wrong type is told once for each rule, with its line" {
    rules '[rule big]' 'when = value > 5' 'action = tag big'
    printf 'value\n6\nx\ny\n7\n' >in
    exits 0 ad-rules rules.ini in
    equal "$(column tags <out | paste -sd ,)" big,,,big
    err_has 'ad-rules: in:3: rules.ini:2: rule "big": not a number: "x"'
    equal "$(grep -c rule err)" 1
    good ad-rules -q rules.ini in
}

@test "the zone and the hours are those of the options" {
    rules '[rule night]' 'when = !is_business_hours(time)' 'action = tag night'
    printf 'time\n2024-07-01T07:30:00Z\n' >in
    good ad-rules rules.ini in
    equal "$(column tags <out)" night
    good ad-rules rules.ini --tz=Europe/Berlin in
    equal "$(column tags <out)" ''
    good ad-rules rules.ini --business-hours='Mon-Fri 07:00-08:00' in
    equal "$(column tags <out)" ''
}

@test "a pipe is live, a full disk an error, a reader that goes away none" {
    all_kinds
    scored >in
    mkfifo p
    ad-rules rules.ini <p >live &
    { cat in && eventually grep -q 1004 live; } >p
    wait $!
    exits 2 sh -c 'ad-rules rules.ini in >/dev/full'
    err_has 'No space left'
    { head -n 1 in && for i in {1..20000}; do echo "$i,/x,a,1,0.1,0"; done; } >long
    # shellcheck disable=SC2016
    bash -c 'set -o pipefail; ad-rules rules.ini long | head -n 1; echo ${PIPESTATUS[0]}' >got 2>err
    tail -n 1 got | same - <(echo 141)
    [ ! -s err ] || fail noisy
}
