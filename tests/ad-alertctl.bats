#!/usr/bin/env bats
# ad-alertctl: what it shows of a database, and what it does to one. tests/data/alerts/alerts.sql is a
# database of version 1 as text.

load helper

setup() {
    swiftly
    cd "$BATS_TEST_TMPDIR" || return
    export AD_ALERT_DB=alerts.db
    unset SUDO_USER LOGNAME USER
    sqlite3 alerts.db <"$ROOT/tests/data/alerts/alerts.sql"
}

ctl() { ad-alertctl "$@"; }
table() { good ctl -o table "$@" && out_is; }

# sql TEXT: what the database says
sql() { sqlite3 -readonly alerts.db "$1"; }

# --- what it shows -----------------------------------------------------------------------------

@test "list: open incidents as a table" {
    table list <<'END'
incident  state         severity  started              updated              count  score  detector  group              by   reason
77b0a441  acknowledged  high      2026-11-21 08:50:00  2026-11-21 09:00:00     11   0.74  novelty   host=db1 disk=sda  eve  nothing near it was seen before
3fa2c1d0  firing        critical  2026-11-21 09:58:00  2026-11-21 10:00:00      3   0.93  zscore    host=web1               value 912 is above 240
END
}

@test "list --state: of which states" {
    for pair in resolved:3fa2e900 firing:3fa2c1d0 firing,resolved:3fa2e900,3fa2c1d0 \
        open:77b0a441,3fa2c1d0 all:3fa2e900,77b0a441,3fa2c1d0 pending: acknowledged,expired:77b0a441; do
        good ctl -o csv list --state="${pair%%:*}"
        equal "$(tail -n +2 out | cut -c 1-8 | paste -sd ,)" "${pair#*:}"
    done
    exits 2 ctl list -s firign
    err_has "--state=firign"
    err_has "firing"
    exits 2 ctl list -s ,
}

@test "list -o ndjson: whole incidents" {
    good ctl -o ndjson list
    equal "$(jq -r '[.incident, .state, .group.host, .record.value, .tags[0]] | @csv' out)" \
        '"77b0a4419b7e4c5aa1b2c3d4e5f60718","acknowledged","db1",99.5,
"3fa2c1d09b7e4c5aa1b2c3d4e5f60718","firing","web1",912,"api"'
    # where it is no terminal that is the default
    mv out want
    good ctl list
    same want out
}

@test "-o csv: whole ids, times in UTC" {
    TZ=Europe/Berlin good ctl -o csv list -s firing
    out_is <<'END'
incident,state,severity,started,updated,count,score,detector,group,by,reason
3fa2c1d09b7e4c5aa1b2c3d4e5f60718,firing,critical,2026-11-21T09:58:00Z,2026-11-21T10:00:00Z,3,0.93,zscore,host=web1,,value 912 is above 240
END
}

@test "a terminal shows a table in its colours" {
    command -v script >/dev/null || skip "no script"
    good env TERM=xterm NO_COLOR= script -qec 'ad-alertctl list' /dev/null
    grep -q '^incident  state ' out || fail "no table"
    NO_COLOR=1 good script -qec 'ad-alertctl list' /dev/null
    if grep -q $'\033' out; then fail "colour with NO_COLOR"; fi
}

@test "people see times of their zone" {
    good ctl -o table --tz=Europe/Berlin list -s firing
    grep -q ' 2026-11-21 10:58:00  2026-11-21 11:00:00 ' out || fail "not in Berlin"
}

@test "show: all of an incident, and its history" {
    table show 77b <<'END'
incident       77b0a4419b7e4c5aa1b2c3d4e5f60718
state          acknowledged
acknowledged   eve
severity       high
worst          critical
group          host=db1 disk=sda
detector       novelty
reason         nothing near it was seen before
score          0.74
records        11
started        2026-11-21 08:50:00
updated        2026-11-21 09:00:00
notified       2026-11-21 08:50:01
route          oncall
suppressed     2
record         {"timestamp":1795251600,"host":"db1","disk":"sda","value":99.5}

time                 incident  what            by    note
2026-11-21 08:50:01  77b0a441  firing                high: nothing near it was seen before
2026-11-21 08:50:04  77b0a441  delivered       chat  trigger
2026-11-21 09:01:00  77b0a441  acknowledged    eve
2026-11-21 09:58:20  77b0a441  to be resolved  eve   disk replaced
END
    good ctl show 77B0A4419b7e4c5aa1b2c3d4e5f60718
    equal "$(jq -r '[.severity, .record.disk, .history[2].by] | join(" ")' out)" "high sda eve"
}

@test "history: of all, or of one" {
    good ctl -o csv history
    equal "$(wc -l <out)" 11
    table history 3fa2e <<'END'
time                 incident  what       by    note
2026-11-21 06:00:01  3fa2e900  firing           medium: value 3 is below 20
2026-11-21 06:00:02  3fa2e900  delivered  mail  trigger
2026-11-21 06:06:00  3fa2e900  resolved
END
}

@test "outbox list: what waits or has failed" {
    table outbox list <<'END'
notice    state    channel  event    incident  made                 attempts  at                   why
03c0ffee  failed   pager    trigger  3fa2c1d0  2026-11-21 09:58:01         1  2026-11-21 09:58:02  400: routing_key is invalid
04c0ffee  waiting  chat     trigger  3fa2c1d0  2026-11-21 09:58:01         4  2026-11-21 10:01:30  503: no server
END
    good ctl -o ndjson outbox list --state=all
    equal "$(jq -r .state out | paste -sd ' ')" "delivered delivered failed waiting dropped"
    sqlite3 alerts.db 'UPDATE notice SET owner = 5 WHERE number = 4'
    good ctl -o ndjson outbox list -s waiting
    equal "$(jq -r .state out)" sending
}

@test "silence list, stats" {
    table silence list <<'END'
silence  state     from                 until                matchers                        by   comment
      1  in force  2026-11-21 05:46:40  2100-01-01 00:00:00  host=~^test severity!=critical  bob  load tests
END
    table stats <<'END'
what       of            count
incidents  firing            1
incidents  acknowledged      1
incidents  resolved          1
waiting    chat              1
delivered  chat              1
delivered  mail              1
failed     pager             1
dropped    chat              1
silences   in force          1
requests   open              1
END
}

@test "-e: 1 if anything is listed" {
    exits 1 ctl -e list
    exits 0 ctl -e list -s pending
    exits 1 ctl -e outbox list -s failed
    exits 0 ctl list
}

@test "what records hold is shown as what it is" {
    sqlite3 alerts.db "UPDATE incident SET reason = 'a' || char(27) || '[31m' || char(10) || 'b',
        group_fields = '{\"h\":\"\\u001b]0;x\"}', record = 'no { json', key = x'ff41' WHERE state = 1"
    good ctl -o table list -s firing
    grep -qF 'h=\x1B]0;x' out || fail "group"
    grep -qF 'a\x1B[31m\x0Ab' out || fail "reason"
    good ctl -o table show 3fa2c1
    grep -qF 'a\x1B[31m\x0Ab' out || fail "reason"
    good ctl -o ndjson list -s firing
    equal "$(jq -r .record out)" 'no { json'
    equal "$(jq -r .dedup_key out)" "$(printf '\357\277\275A')"
}

@test "ids for short" {
    exits 2 ctl show 3fa2
    err_has "3fa2 is short for several incidents"
    exits 2 ctl show 99
    err_has "no incident 99"
    exits 2 ctl show ''
    exits 2 ctl show '%'
    exits 2 ctl outbox drop 99
    err_has "no notice 99"
}

# --- what it does ------------------------------------------------------------------------------

@test "ack, unack, resolve: asked of ad-alert, noted in the history" {
    good ctl ack 3fa2c --by=eve --note='on it'
    out_is <<<"3fa2c1d0 to be acknowledged: critical: zscore host=web1"
    good ctl unack 77b0 3fa2c1d -q --by=eve
    out_is </dev/null
    LOGNAME=bob good ctl resolve 3fa2c1
    sql 'SELECT id, what, substr(incident, 1, 8), author, note, done IS NULL, abs(made - (julianday() * 86400 - 210866760000)) < 60
         FROM request WHERE id > 1' >out
    out_is <<'END'
2|0|3fa2c1d0|eve|on it|1|1
3|1|77b0a441|eve||1|1
4|1|3fa2c1d0|eve||1|1
5|2|3fa2c1d0|bob||1|1
END
    good ctl -o csv history 3fa2c1
    tail -n 3 out | cut -d, -f 3- | same - <(printf '%s\n' 'to be acknowledged,eve,on it' \
        'to be unacknowledged,eve,' 'to be resolved,bob,')
}

@test "all of what is asked for, or nothing" {
    exits 2 ctl ack 3fa2c1 99
    err_has "no incident 99"
    [ ! -s out ] || fail "it says that it did something"
    exits 2 ctl resolve 77b0 3fa2e9
    err_has "3fa2e900 is resolved already"
    equal "$(sql 'SELECT count(*) FROM request')" 1
}

@test "silence add, expire" {
    good ctl silence add host=web1 'severity!=critical' --for=2h --by=eve --comment='new disk'
    grep -qE '^silence 3 until 20[0-9-]{8} [0-9:]{8}$' out || fail "said: $(cat out)"
    equal "$(sql "SELECT replace(matchers, char(10), '/'), author, comment, ends - starts,
        abs(starts - (julianday() * 86400 - 210866760000)) < 60 FROM silence WHERE id = 3")" \
        'host=web1/severity!=critical|eve|new disk|7200.0|1'
    TZ=Europe/Berlin good ctl silence add a=b --from=2099-06-01T10:00 --until='2099-06-01 12:00'
    equal "$(sql 'SELECT starts, ends FROM silence WHERE id = 4')" "$(date -d 2099-06-01T08:00Z +%s).0|$(date -d 2099-06-01T10:00Z +%s).0"
    good ctl -o csv silence list
    equal "$(cut -d, -f 1,2 out | tail -n +2 | paste -sd ' ')" "1,in force 3,in force 4,to come"
    good ctl silence expire 3 4 --by=bob
    good ctl -o csv silence list
    equal "$(wc -l <out)" 2
    equal "$(sql "SELECT what, author, note FROM history WHERE number > 10 ORDER BY number DESC LIMIT 1")" \
        'silence expired|bob|4'
    exits 2 ctl silence expire 1 3
    err_has "no silence 3"
    good ctl -o csv silence list
    equal "$(wc -l <out)" 2
}

@test "silences that make no sense" {
    for wrong in "a=b" "a=b --for=2h --until=2099-01-01" "a=b --until=2000-01-01" "a=b --for=0s" \
        "a=b --from=2099-01-02 --until=2099-01-01" "a=b --until=tomorrow" "a=b --for=2" "--for=2h"; do
        # shellcheck disable=SC2086
        exits 2 ctl silence add $wrong
    done
    equal "$(sql 'SELECT count(*) FROM silence')" 2
}

@test "outbox retry, drop" {
    good ctl outbox retry 03
    out_is <<<"03c0ffee to be sent again"
    equal "$(sql 'SELECT state, owner, abs(ready - (julianday() * 86400 - 210866760000)) < 60, done IS NULL FROM notice WHERE number = 3')" "0|0|1|1"
    good ctl outbox drop 03 04 -q
    out_is </dev/null
    equal "$(sql 'SELECT state FROM notice WHERE number IN (3, 4)' | paste -sd ' ')" "3 3"
    exits 2 ctl outbox retry 02
    err_has "02c0ffee has been delivered or dropped, or is just being sent"
    good ctl outbox retry 05
    sqlite3 alerts.db 'UPDATE notice SET state = 2 WHERE number IN (1, 2)'
    good ctl outbox retry all
    equal "$(wc -l <out)" 3
    good ctl outbox drop all
    equal "$(sql 'SELECT count(*) FROM notice WHERE state = 3')" 5
    good ctl outbox drop all
    out_is </dev/null
}

# --- together ------------------------------------------------------------------------------------

# told: the notices so far, as EVENT HOST
told() { jq -r '.event + " " + .group.host' sent 2>/dev/null | paste -sd ,; }
is_told() { [ "$(told)" = "$1" ]; }
lists() { [ "$(ctl -o ndjson list -s all | jq -r '.group.host + " " + .state' | paste -sd ,)" = "$1" ]; }

@test "beside a running ad-alert" {
    rm alerts.db
    printf '[channel log]\ntype = file\npath = sent\n[route all]\nchannels = log\n' >a.ini
    mkfifo in
    ad-alert -C a.ini --db=alerts.db -g host --resolve-after=1h <in >log 2>err 3>&- &
    alert=$!
    exec 9>in
    anomaly() { printf '{"time":%s,"host":"%s","z_score":0.95,"z_flag":true}\n' "$(date +%s)" "$1" >&9; }
    anomaly web1
    eventually is_told 'trigger web1'
    id=$(ctl list | jq -r .incident)
    good ctl ack "${id:0:8}" --by=eve
    eventually lists 'web1 acknowledged'
    equal "$(ctl list | jq -r .acknowledged_by)" eve
    good ctl unack "$id"
    eventually lists 'web1 firing'
    good ctl resolve "$id"
    eventually lists 'web1 resolved'
    eventually is_told 'trigger web1,acknowledge web1,resolve web1'
    good ctl silence add host=web2 --for=1h
    sleep 2
    anomaly web2
    eventually lists 'web1 resolved,web2 firing'
    equal "$(told)" 'trigger web1,acknowledge web1,resolve web1'
    good ctl silence expire 1
    eventually is_told 'trigger web1,acknowledge web1,resolve web1,trigger web2'
    exec 9>&-
    wait "$alert"
}

@test "what is asked for while nothing runs is done by --tick" {
    rm alerts.db
    printf '[channel log]\ntype = file\npath = sent\n[route all]\nchannels = log\n' >a.ini
    printf '{"time":%s,"host":"web1","z_score":0.95,"z_flag":true}\n' "$(date +%s)" >in
    good ad-alert -C a.ini --db=alerts.db -g host --resolve-after=1h in
    good ctl ack "$(ctl list | jq -r .incident)" --by=eve
    lists 'web1 firing' || fail "done by nobody"
    good ad-alert -C a.ini --db=alerts.db --tick
    lists 'web1 acknowledged' || fail "not done"
    equal "$(told)" 'trigger web1,acknowledge web1'
}

# --- configurations ----------------------------------------------------------------------------

@test "check FILE: whether a configuration is right" {
    printf '[channel log]\ntype = file\npath = sent\n[route all]\nchannels = log\n' >a.ini
    unset AD_ALERT_DB
    good ctl check a.ini
    out_is <<<"a.ini is good"
    [ ! -s sent ] || fail "it sent something"
    exits 2 ctl check none.ini
    err_has "none.ini: No such file"
    sed -i 's/path/pth/' a.ini
    exits 2 ctl check a.ini
    err_has "a.ini:3: "
    err_has '"path"'
    printf '[route all]\nchannels = log\n' >a.ini
    exits 2 ctl check a.ini
    err_has "a.ini:2: "
}

@test "test-channel FILE NAME: a sample and its end" {
    printf '[channel log]\ntype = file\npath = sent\n' >a.ini
    printf '[channel no]\ntype = exec\ncommand = sh -c "exit 3"\n' >>a.ini
    printf '[channel later]\ntype = exec\ncommand = sh -c "exit 75"\n' >>a.ini
    good ctl test-channel a.ini log
    out_is < <(printf 'log: trigger delivered\nlog: resolve delivered\n')
    equal "$(jq -r '[.event, .state, .severity, .channel, .group.channel] | join(" ")' sent)" \
        "$(printf 'trigger firing low log log\nresolve resolved low log log')"
    # every member that a notice has
    jq -s -e '.[0].incident == .[1].incident and .[0].notice != .[1].notice and
        all(.[]; (.notice | test("^[0-9a-f]{32}$")) and (keys == (["notice", "incident", "dedup_key",
            "event", "state", "severity", "title", "reason", "detector", "rule", "tags", "group",
            "score", "count", "started", "updated", "resolved", "suppressed", "level", "channel",
            "record", "with"] | sort)))' sent >out || fail "$(cat sent)"
    exits 2 ctl test-channel a.ini no
    err_has "no: trigger: "
    exits 75 ctl test-channel a.ini later
    exits 2 ctl test-channel a.ini x
    err_has "a.ini has no [channel x]"
}

@test "a matcher that cannot be understood" {
    for wrong in 'host=~(' hostweb '=x'; do
        exits 2 ctl silence add "$wrong" --for=1h
        equal "$(sql 'SELECT count(*) FROM silence')" 2
    done
}

# --- commands and files ------------------------------------------------------------------------

@test "wrong commands are answered with what there is" {
    exits 2 ctl
    err_has "list, show, ack"
    exits 2 ctl lsit
    err_has 'did you mean "list"?'
    exits 2 ctl outbox
    err_has "list, retry, drop"
    exits 2 ctl silence ad a=b --for=1h
    err_has 'did you mean "add"?'
    exits 2 ctl list all
    err_has "usage: ad-alertctl list"
    exits 2 ctl ack
    err_has "ack ID..."
}

@test "every command of --help is in the manual page" {
    good ctl --help
    sed -n '/^Commands:/,/^Options:/s/^  \([a-z-]*\( [a-z]*\)\{0,1\}\).*/\1/p' out | sed 's/ *$//' >helped
    [ "$(wc -l <helped)" -gt 12 ] || fail "not understood"
    while read -r command; do
        grep -qE "^\.It Cm $command( |\$)" "$ROOT/man/ad-alertctl.1" || fail "no $command"
    done <helped
}

@test "databases that are none" {
    unset AD_ALERT_DB
    exits 2 ctl list
    err_has "--db=FILE"
    exits 2 ctl list --db=none.db
    err_has "none.db: No such file"
    [ ! -e none.db ] || fail "it made one"
    echo hello >text
    exits 2 ctl list --db=text
    err_has "text is no database of alerts"
    : >empty
    exits 2 ctl list --db=empty
    err_has "empty is empty"
    sqlite3 other.db 'CREATE TABLE incident (id)'
    exits 2 ctl list --db=other.db
    err_has "other.db is a database, but none of alerts"
    sqlite3 alerts.db 'PRAGMA user_version = 9'
    exits 2 ctl list --db=alerts.db
    err_has "version 9"
    exits 2 ctl list --db="$(printf 'a\033b')"
    err_has 'a\x1Bb'
}

@test "a damaged database is said to be" {
    sqlite3 alerts.db 'PRAGMA journal_mode = DELETE' >/dev/null
    size=$(wc -c <alerts.db)
    { head -c 4096 alerts.db && head -c $((size - 4096)) /dev/zero | tr '\0' Z; } >bad.db
    exits 2 ctl list --db=bad.db
    err_has "bad.db is damaged"
    good ctl verify
    # one index is not what the table says
    good sqlite3 alerts.db 'PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = "notice_failed"'
    exits 2 ctl verify
    err_has "alerts.db is damaged"
    sqlite3 alerts.db 'UPDATE incident SET severity = 77'
    exits 2 ctl list
    err_has "alerts.db is damaged"
}

@test "a locked database can be read; to change it is put off with 75" {
    mkfifo to from
    sqlite3 alerts.db <to >from 3>&- &
    holder=$!
    exec 7>to 8<from
    printf 'PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; SELECT 1;\n' >&7
    read -r _ <&8 && read -r _ <&8
    good ctl list
    exits 75 ctl ack 3fa2c1 --wait=0.1
    err_has "alerts.db is locked"
    exits 75 ctl silence add a=b --for=1h --wait=0
    echo 'COMMIT;' >&7
    exec 7>&-
    wait "$holder"
    good ctl ack 3fa2c1
}

@test "many at once" {
    pids=()
    for i in $(seq 20); do
        ctl ack 3fa2c1 --by="$i" -q --wait=60 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}"
    equal "$(sql 'SELECT count(DISTINCT author) FROM request WHERE id > 1')" 20
    equal "$(sql 'PRAGMA integrity_check')" ok
}

@test "memory that runs out anywhere is an error, and the database stays whole" {
    tool=ad-alertctl
    faultinject
    for n in 1 2 3 5 8 13 21 34 55 89 144 233 377 610 987; do
        for command in 'list' 'show 77b0' 'ack 3fa2c1' 'silence add a=b --for=1h' 'outbox retry all'; do
            # shellcheck disable=SC2086
            capture faulty malloc "$n" ad-alertctl $command
            case $status in
            0) ;;
            2) [ -s err ] || fail "silent: $command, $n" ;;
            *) fail "status $status: $command, $n" ;;
            esac
        done
    done
    equal "$(sql 'PRAGMA integrity_check')" ok
}

@test "what cannot be written is an error" {
    [ -w /dev/full ] || skip "no /dev/full"
    status=0
    ctl list >/dev/full 2>err || status=$?
    equal "$status" 2
    err_has "standard output"
}
