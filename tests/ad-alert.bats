#!/usr/bin/env bats
# ad-alert as a program: from scored records to notices, with and without a database. What is told
# when is tested in unit/policy.c, channels in channels.bats.

load helper

alert() { ad-alert --clock=input "$@"; }

teardown() {
    [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
}

# scored ROW...: time, host, score; flagged from .5 on
scored() {
    echo time,host,z_score,z_flag
    printf '%s\n' "$@" | awk -F, -v OFS=, "{ print \$0, (\$3 >= 0.5 ? 1 : 0) }"
}

# quiet FROM TO [HOST]: a record a minute that is not flagged
quiet_minutes() {
    local t
    for ((t = $1; t <= $2; t += 60)); do echo "$t,${3:-a},0.1"; done
}

# said <NOTICES: event, host, severity and count of each
said() {
    jq -r '[.event, .group.host, .severity, .count] | map(tostring) | join(" ")'
}

an_incident() {
    # shellcheck disable=SC2046
    scored 1000,a,0.1 1060,a,0.72 1120,a,0.6 1180,a,0.95 $(quiet_minutes 1240 2000)
}

# --- without a database ------------------------------------------------------------------------

@test "an incident is told of when it fires, gets worse and is over" {
    an_incident >in
    good alert -g host in
    said <out | same - <(printf '%s\n' 'trigger a high 1' 'worse a critical 3' 'resolve a critical 3')
    jq -c '[.title, .dedup_key, .detector, .state, .started, .updated, .resolved, .score]' out >got
    sed -n 3p got >last
    same last - <<'END'
["critical: z on host=a","detector=z,host=a","z","resolved","1970-01-01T00:17:40Z","1970-01-01T00:19:40Z","1970-01-01T00:24:40Z",0.95]
END
    jq -c .record out | head -n 1 | same - <(echo '{"time":1060,"host":"a","z_score":0.72,"z_flag":1}')
}

@test "NDJSON in gives the same, and the record as it was" {
    an_incident >in
    good alert -g host in
    mv out csv
    to_json <in | gzip >in.gz
    good alert -g host in.gz
    jq -c 'del(.record, .notice, .incident)' csv >want
    jq -c 'del(.record, .notice, .incident)' out | same want -
}

@test "each group is an incident of its own, --dedup says otherwise" {
    scored 1000,a,0.6 1000,b,0.6 1060,a,0.1 1060,b,0.1 >in
    good alert -g host in
    equal "$(said <out | paste -sd ,)" 'trigger a medium 1,trigger b medium 1'
    good alert in
    equal "$(jq -r '.dedup_key' out)" detector=z
    good alert -g host --dedup=host in
    equal "$(jq -r '.dedup_key' out | paste -sd ,)" host=a,host=b
    exits 2 alert --dedup=hots in
    err_has '--dedup: no field "hots"'
}

@test "--for, --repeat, --resolve-after, --cooldown and rates" {
    scored 1000,a,0.6 1060,a,0.6 1120,a,0.6 1180,a,0.6 1400,a,0.1 1700,a,0.1 >in
    good alert -g host --for=2m in
    said <out | same - <(printf '%s\n' 'trigger a medium 3' 'resolve a medium 4')
    good alert -g host --repeat=59s --resolve-after=61s in
    equal "$(jq -r .event out | paste -sd ' ')" 'trigger repeat repeat repeat repeat resolve'
    # shellcheck disable=SC2046
    scored $(for i in {0..9}; do echo "$((1000 + i * 100)),a,0.7"; done) >in
    good alert -g host --resolve-after=1m in
    equal "$(grep -c '"trigger"' out)" 10
    good alert -g host --resolve-after=1m --cooldown=10m in
    equal "$(grep -c '"trigger"' out)" 2
}

@test "severities: of the record if it has one, else of the score" {
    printf 'z_score,z_flag,severity,rule,tags\n0.6,1,critical,disk,"a,b"\n' >in
    good alert in
    jq -c '[.severity, .rule, .tags]' out | same - <(echo '["critical","disk",["a","b"]]')
    printf 'z_score,z_flag\n0.6,1\n' >in
    good alert --severity='high 0.55' in
    equal "$(jq -r .severity out)" high
    exits 2 alert --severity='much 3' in
    err_has severit
}

@test "rule_flag counts, not the detector's" {
    printf 'z_score,z_flag,rule,rule_score,rule_flag,severity,tags\n0.9,1,health,0.9,0,critical,\n' >in
    good alert in
    [ ! -s out ] || fail "suppressed, and told of"
}

@test "--dry-run prints what there would have been, --notices each" {
    an_incident >in
    good alert -g host --dry-run in
    out_is <<'END'
day,what,channel,severity,level,n
1970-01-01,incidents,,high,,1
1970-01-01,trigger,,high,,1
1970-01-01,worse,,critical,,1
1970-01-01,resolve,,critical,,1
END
    good alert -g host in && mv out sent
    good alert -g host --dry-run --notices in
    same sent out
    good alert -g host --dry-run --db=none.db in
    [ ! -e none.db ] || fail "a dry run made a database"
}

@test "bad records are told of and change nothing" {
    an_incident >in
    good alert -g host in && mv out want
    sed '3i 1,2' in >bad
    exits 0 alert -g host bad
    jq -c 'del(.notice, .incident)' want >a
    jq -c 'del(.notice, .incident)' out | same a -
    err_has 'bad:3'
}

@test "nothing to judge by, wrong options" {
    exits 2 alert < <(printf 'a\n1\n')
    err_has 'no scores'
    exits 2 alert < <(printf 'a_score,a_flag,b_score,b_flag\n1,1,1,1\n')
    err_has ad-ensemble
    exits 2 alert --tick </dev/null
    err_has '--tick needs --db'
    exits 2 alert --notices </dev/null
    err_has --dry-run
    exits 2 alert --fire=0.5 --clear=0.7 </dev/null
    err_has --clear
    exits 2 alert -C none.ini </dev/null
    err_has none.ini
    printf '[channel x]\ntype = pigeon\n' >bad.ini
    { exits 2 alert -C bad.ini && cat >rest; } <bad.ini
    same bad.ini rest
    err_has bad.ini:
    good alert </dev/null
}

@test "what cannot be printed is lost without a database, and said" {
    an_incident >in
    exits 2 sh -c 'ad-alert --clock=input -g host --drain=0.2 in >/dev/full'
    err_has 'No space left'
    err_has 'lost'
}

# --- with one ----------------------------------------------------------------------------------

@test "--db: the same input again makes nothing new, more input goes on" {
    an_incident >in
    head -n 4 in >first
    good alert -g host --db=db in && mv out all
    good alert -g host --db=db in
    [ ! -s out ] || fail "told of again"
    rm db*
    good alert -g host --db=db first && mv out part
    good alert -g host --db=db in
    # but for `count`: a record that comes again while its incident is open is counted again
    cat part out | jq -c 'del(.notice, .count)' >got
    jq -c 'del(.notice, .count)' all >want
    same want got
}

@test "--db: cut anywhere and fed again, the notices are those of one run" {
    # shellcheck disable=SC2046
    scored $(for i in {0..60}; do echo "$((1000 + i * 60)),$((i * 7 % 3)),0.$((i * 37 % 90 + 9))"; done) >in
    good alert -g host --resolve-after=3m --repeat=10m --db=whole.db in
    jq -c 'del(.record)' out | sort >want
    for k in 3 17 30 44 59; do
        rm -f db*
        head -n "$k" in >a
        { head -n 1 in && tail -n +$((k + 1)) in; } >b
        good alert -g host --resolve-after=3m --repeat=10m --db=db a && mv out one
        good alert -g host --resolve-after=3m --repeat=10m --db=db b
        cat one out | jq -c 'del(.record)' | sort | same want - || fail "cut after $k"
    done
}

@test "what cannot be sent waits in the database: status 75, then --tick" {
    an_incident >in
    mkdir gone
    printf '[channel log]\ntype = file\npath = %s/gone/log\n[route all]\nchannels = log\n' "$PWD" >a.ini
    good ad-alert -C a.ini --tick --db=db
    rmdir gone
    exits 75 ad-alert -g host -C a.ini --db=db --drain=0.3 in
    err_has 'wait to be sent'
    exits 75 ad-alert -C a.ini --tick --db=db --drain=0.3
    mkdir gone
    eventually ad-alert -C a.ini --tick --db=db --drain=2
    jq -r .event gone/log | head -n 1 | same - <(echo trigger)
    # each is there once
    jq -r .notice gone/log | sort | uniq -d | same - /dev/null
}

@test "one ad-alert at a time decides; a database belongs to one clock" {
    an_incident >in
    mkfifo p
    ad-alert -g host --db=db <p >/dev/null &
    exec 4>p
    head -n 3 in >&4
    eventually test -s db
    sleep 0.2
    exits 75 ad-alert -g host --db=db in
    err_has 'another ad-alert'
    good ad-alert --tick --db=db # sends what waits, no more
    exec 4>&-
    wait $!
    exits 2 ad-alert -g host --clock=input --db=db in
    err_has '--clock=wall, not input'
    exits 2 ad-alert --tick --clock=input --db=db
    exits 2 ad-alert -g host --db=in in
    err_has 'no database of alerts'
}

@test "a pipe is live: an incident is told of at once, and its end by the clock" {
    mkfifo p
    ad-alert -g host --resolve-after=1s --db=db <p >live &
    exec 4>p
    now=$(date +%s)
    printf 'time,host,z_score,z_flag\n%s,a,0.9,1\n' "$now" >&4
    eventually grep -q trigger live
    exec 4>&-
    wait $!
    eventually sh -c 'ad-alert --tick --db=db >>live; grep -q resolve live'
}

@test "killed at any time and fed again, every incident is told of at least once, under one key" {
    # shellcheck disable=SC2046
    scored $(for i in {0..400}; do echo "$((1000 + i * 60)),h$((i % 40)),0.$((i % 40 == i / 10 ? 95 : 11))"; done) >in
    good alert -g host --resolve-after=2m --db=whole.db in
    jq -r '[.event, .incident] | join(" ")' out | sort -u >want
    runs=8
    [ -z "${AD_FULL:-}" ] || runs=200
    : >told
    for ((i = 0; i < runs; i++)); do
        timeout -s KILL "0.0$((RANDOM % 9))$((RANDOM % 10))" ad-alert --clock=input -g host \
            --resolve-after=2m --db=db in >>told 2>/dev/null || true
        [ $((i % 8)) != 7 ] || {
            alert -g host --resolve-after=2m --db=db --lock-wait=5 in >>told
            # a line that was being written when it was killed is there once more, whole
            grep '^{.*}$' told | jq -r '[.event, .incident] | join(" ")' 2>/dev/null | sort -u | same want -
            : >told
            rm -f db*
        }
    done
}

@test "only the programs that alert need libcurl and SQLite" {
    for tool in $(tools); do
        ! sanitized || skip "not the plain build"
        needed=$(ldd "$AD_BIN/$tool" | grep -cE 'libcurl|libsqlite3|libnettle' || true)
        case $tool in
        ad-alert) [ "$needed" = 3 ] || fail "$needed" ;;
        ad-alertctl) ;;
        *) equal "$needed" 0 ;;
        esac
    done
}

# incidents N: records of N groups of which each is anomalous for three minutes
incidents() {
    awk -v n="$1" 'BEGIN {
        print "time,host,z_score,z_flag"
        for (i = 0; i < n; i++)
            for (k = 0; k < 3; k++)
                print 1000 + 60 * (i + k) ",h" i ",0.8,1"
        print 1000 + 60 * (n + 60) ",h0,0.1,0"
    }'
}

@test "killed again and again while a server fails, fed again each time: nothing is lost" {
    command -v python3 >/dev/null || skip "no python3"
    n=60 runs=8
    [ -z "${AD_FULL:-}" ] || n=1000 runs=200
    mkdir far
    python3 "$ROOT/tests/channels/lossy_server.py" far 30 3>&- &
    server=$!
    eventually test -s far/port
    printf '%s\n' '[channel hook]' 'type = webhook' "url = http://127.0.0.1:$(cat far/port)/" \
        'allow-http = yes' '[route all]' 'channels = hook' >a.ini
    incidents $n >in
    good alert -g host -C a.ini --dry-run --notices in
    jq -r '[.incident, .event, .dedup_key] | @tsv' out | sort >want
    equal "$(wc -l <want)" $((2 * n))
    for ((i = 0; i < runs; i++)); do
        timeout -s KILL "0.$((RANDOM % 3))$((RANDOM % 10))" ad-alert --clock=input -g host -C a.ini \
            --db=db in 2>/dev/null || true
    done
    for ((i = 0; i < 60; i++)); do
        status=0
        alert -g host -C a.ini --db=db --lock-wait=5 --drain=20 in 2>err || status=$?
        [ $status = 75 ] || break
    done
    kill $server
    server=
    equal "$status" 0
    # all of them arrived, under their keys, and no other
    awk -F '\t' -v OFS='\t' '$1 == 200 { print $3, $4, $5 }' far/log | sort -u | same want -
    # what was sent twice: less than one in twenty
    awk -F '\t' '$1 == 200 && seen[$2]++ { twice++ } END { if (twice > '$((2 * n))' / 20 + 1) { print twice; exit 1 } }' \
        far/log || fail "sent twice"
    # no notice overtook the one before it of the same incident
    awk -F '\t' '$1 == 200 { if ($4 == "resolve" && !told[$3]) { print; bad = 1 } told[$3] = 1 }
        END { exit bad }' far/log || fail "resolved before it was told of"
}
